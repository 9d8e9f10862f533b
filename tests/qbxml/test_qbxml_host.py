import pytest

from qbwc_service import qbxml

# The shape of what the Web Connector sends first, with invented values.
HOST = """<?xml version="1.0" ?>
<QBXML><QBXMLMsgsRs>
<HostQueryRs requestID="0" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><HostRet>
<ProductName>QuickBooks Enterprise Solutions 24.0</ProductName><MajorVersion>34</MajorVersion>
<MinorVersion>0</MinorVersion><Country>US</Country>
<SupportedQBXMLVersion>1.0</SupportedQBXMLVersion><SupportedQBXMLVersion>13.0</SupportedQBXMLVersion>
<SupportedQBXMLVersion>16.0</SupportedQBXMLVersion>
<IsAutomaticLogin>false</IsAutomaticLogin><QBFileMode>SingleUser</QBFileMode></HostRet></HostQueryRs>
<CompanyQueryRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><CompanyRet>
<IsSampleCompany>false</IsSampleCompany><CompanyName>Acme Trucking &amp; Co</CompanyName>
<DataExtRet><OwnerID>{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}</OwnerID><DataExtName>FileID</DataExtName>
<DataExtType>STR255TYPE</DataExtType><DataExtValue>{57F3B9B6-86F1-4FCC-B1FF-966DE1813D20}</DataExtValue></DataExtRet>
<DataExtRet><OwnerID>{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}</OwnerID><DataExtName>AppLock</DataExtName></DataExtRet>
</CompanyRet></CompanyQueryRs>
<PreferencesQueryRs requestID="2" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><PreferencesRet>
<MultiCurrencyPreferences><IsMultiCurrencyOn>true</IsMultiCurrencyOn></MultiCurrencyPreferences>
<CurrentAppAccessRights><IsAutomaticLoginAllowed>true</IsAutomaticLoginAllowed>
<IsPersonalDataAccessAllowed>false</IsPersonalDataAccessAllowed></CurrentAppAccessRights>
</PreferencesRet></PreferencesQueryRs>
</QBXMLMsgsRs></QBXML>"""


def test_everything_the_host_says_is_read() -> None:
    owner = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"
    assert qbxml.read_host(HOST) == qbxml.HostFacts(
        product_name="QuickBooks Enterprise Solutions 24.0",
        major_version=34,
        minor_version=0,
        country="US",
        supported_versions=("1.0", "13.0", "16.0"),
        is_automatic_login=False,
        qb_file_mode="SingleUser",
        company_name="Acme Trucking & Co",
        is_sample_company=False,
        data_extensions=((owner, "FileID", "{57F3B9B6-86F1-4FCC-B1FF-966DE1813D20}"), (owner, "AppLock", "")),
        is_automatic_login_allowed=True,
        is_personal_data_access_allowed=False,
        is_multi_currency_on=True,
        has_company=True,
    )


def test_a_damaged_tag_costs_no_more_than_its_surroundings() -> None:
    facts = qbxml.read_host(HOST.replace("<DataExtType>STR255TYPE</DataExtType>", "<DataExtType>STR255TYPE<yzer/"))
    assert facts.supported_versions == ("1.0", "13.0", "16.0")
    assert facts.company_name == "Acme Trucking & Co"
    assert facts.has_company


@pytest.mark.parametrize(
    "text", ["", " ", "nonsense", "<QBXML/>", "<a", "\x00\ud800", '<?xml version="1.0"?>', "<!DOCTYPE x>"]
)
def test_nothing_raises(text: str) -> None:
    assert qbxml.read_host(text) == qbxml.HostFacts()


def test_no_cut_raises() -> None:
    for end in range(0, len(HOST), 7):
        qbxml.read_host(HOST[:end])


def test_a_company_that_was_refused_is_missing() -> None:
    facts = qbxml.read_host('<QBXML><QBXMLMsgsRs><CompanyQueryRs statusCode="3260"/></QBXMLMsgsRs></QBXML>')
    assert not facts.has_company
    assert facts.company_name is None
