"""Control over the sandbox: a JSON interface with OpenAPI, a page for people, a load player. All act by ``hand``."""
