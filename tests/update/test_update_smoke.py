def test_smoke(database, company, make_service, clock):
    from qbwc_service.sync import enqueue_documents
    svc = make_service()
    with database.writing() as db:
        r = enqueue_documents(db, company.connection_id, [
            ("invoice", {"external_id":"i1","customer":{"external_id":"c1"},"ref_number":"1001","lines":[{"item":{"full_name":"Freight"},"quantity":"2","rate":"150.00"}]}),
            ("customer", {"external_id":"c1","name":"Ann"}),
        ], now=clock())
        print(r)
    a = svc.authenticate(company.user_name, company.password)
    print(a)
    hcp = f"""<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><HostQueryRs requestID="0" statusCode="0" statusSeverity="Info"><HostRet><ProductName>QB</ProductName><MajorVersion>33</MajorVersion><MinorVersion>0</MinorVersion><Country>US</Country><SupportedQBXMLVersion>13.0</SupportedQBXMLVersion><SupportedQBXMLVersion>16.0</SupportedQBXMLVersion></HostRet></HostQueryRs><CompanyQueryRs requestID="1" statusCode="0"><CompanyRet><CompanyName>Acme</CompanyName><DataExtRet><OwnerID>{company.owner_id}</OwnerID><DataExtName>FileID</DataExtName><DataExtType>STR255TYPE</DataExtType><DataExtValue>{company.file_id}</DataExtValue></DataExtRet></CompanyRet></CompanyQueryRs></QBXMLMsgsRs></QBXML>"""
    x = svc.send_request_xml(a[0], hcp, company_file_name="C:\\acme.qbw", country="US", major_version=16, minor_version=0)
    print(x)
    ans='<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><CustomerAddRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><CustomerRet><ListID>80000001-1</ListID><EditSequence>1</EditSequence><Name>Ann</Name></CustomerRet></CustomerAddRs></QBXMLMsgsRs></QBXML>'
    assert svc.receive_response_xml(a[0], ans, hresult="", message="") == 50
    x = svc.send_request_xml(a[0], "", company_file_name="C:\\acme.qbw", country="US", major_version=16, minor_version=0)
    assert "80000001-1" in x
    ans='<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><InvoiceAddRs requestID="2" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><InvoiceRet><TxnID>A1-1</TxnID><EditSequence>1</EditSequence><Subtotal>300.00</Subtotal><BalanceRemaining>300.00</BalanceRemaining></InvoiceRet></InvoiceAddRs></QBXMLMsgsRs></QBXML>'
    assert svc.receive_response_xml(a[0], ans, hresult="", message="") == 100
    assert svc.receive_response_xml(a[0], ans, hresult="", message="") == 100
    print(svc.close_connection(a[0]))
    assert svc.authenticate(company.user_name, company.password) == ["", "none"]
