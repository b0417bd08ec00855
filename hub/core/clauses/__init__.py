"""The clause builder: the choices of which an agreement is made, and templates that keep them."""
