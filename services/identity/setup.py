"""Single sign-on as the settings ask for it."""

from dataclasses import dataclass

from desk.settings import Settings, SettingsError
from models import AgentRole
from services.identity.groups import Groups
from services.identity.provider import Provider, ProviderPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySetup:
    """The provider, the groups that count, and who may still sign in with a password."""

    provider: Provider
    groups: Groups
    passwords_for: frozenset[AgentRole]

    @classmethod
    def of(cls, settings: Settings) -> 'IdentitySetup | None':
        """Return the setup; none without a provider. Raises ``SettingsError`` for groups that cannot be read."""
        if not settings.has_single_sign_on:
            return None
        place = ProviderPlace(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            scopes=settings.oidc_scopes,
        )
        try:
            groups = Groups.of(settings.oidc_groups, settings.oidc_groups_claim)
        except ValueError as error:
            raise SettingsError(f'The desk cannot start: {error}') from error
        return cls(
            provider=Provider(place),
            groups=groups,
            passwords_for=frozenset({AgentRole.ADMIN} if settings.oidc_local_admins else ()),
        )
