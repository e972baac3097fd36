"""What every CarePlus service promises: bodies, answers, refusals and endpoints, and a client that keeps to them."""
