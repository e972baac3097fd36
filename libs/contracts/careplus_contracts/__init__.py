"""The API of every CarePlus service: bodies, answers, refusals and endpoints, and a client made from them."""
