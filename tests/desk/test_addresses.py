"""Which addresses are one sender."""

import pytest

from desk.addresses import network_of


@pytest.mark.parametrize(
    ('address', 'network'),
    [
        ('203.0.113.7', '203.0.113.7'),
        ('2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'),
        ('2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'),
        ('2001:db8:1:3::1', '2001:db8:1:3::/64'),
        ('::1', '::/64'),
        ('fe80::1%eth0', 'fe80::/64'),
        ('::ffff:203.0.113.7', '203.0.113.7'),
        ('', ''),
        ('testclient', 'testclient'),
    ],
)
def test_a_subscriber_of_ipv6_is_one_sender(address: str, network: str) -> None:
    assert network_of(address) == network
