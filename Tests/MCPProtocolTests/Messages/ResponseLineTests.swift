import MCPProtocol
import Testing

@Suite struct ResponseLineTests {
  @Test(arguments: ["1", #""a""#, "123456789012345678901234567890", "-0"])
  func `a result carries the token of its request`(id: String) throws {
    let line = ResponseLine.result(id: id.bytes, #"{"content":[],"isError":true}"#.bytes)
    let envelope = try EnvelopeParser.parse(line.span)
    #expect(envelope.kind == .result)
    #expect(line.text(envelope.id) == id)
    #expect(line.text(envelope.body) == #"{"content":[],"isError":true}"#)
    #expect(envelope.isError && envelope.hasContent)
  }

  @Test func `an error carries code, message and data`() throws {
    let line = ResponseLine.error(
      id: "7".bytes,
      code: -32603,
      message: "a \"b\"\n",
      data: #"{"x":1}"#.bytes
    )
    #expect(
      line.text
        == #"{"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"a \"b\"\n","data":{"x":1}}}"#
    )
    let envelope = try EnvelopeParser.parse(line.span)
    #expect(envelope.kind == .error)
    #expect(envelope.errorCode == -32603)
  }

  @Test func `an error that knows no request has no id`() throws {
    let line = ResponseLine.error(id: nil, code: -32700, message: "Parse error")
    #expect(line.text == #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}}"#)
    let envelope = try EnvelopeParser.parse(line.span)
    #expect(envelope.kind == .error)
  }
}
