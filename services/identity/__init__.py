"""Single sign-on: people whom an OpenID Connect provider vouches for (decision 0036). Only here HTTP leaves the desk."""
