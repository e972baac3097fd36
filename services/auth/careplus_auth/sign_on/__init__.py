"""Sign-on of staff at the hospital's identity provider (OpenID Connect)."""
