"""Which network addresses count as one sender wherever the desk limits by address."""

from ipaddress import IPv6Address, IPv6Network, ip_address

NETWORK_BITS = 64
"""The smallest network that an IPv6 subscriber gets (RFC 6177, RIPE-690): all its addresses are one
sender."""


def network_of(address: str) -> str:
    """Return the sender that an address belongs to: itself in IPv4, its /64 in IPv6 (``2001:db8::/64``).

    An IPv4 address that is written as IPv6 counts as IPv4. Text that is not an address is returned unchanged.
    """
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(IPv6Network((int(known), NETWORK_BITS), strict=False))
