import MCPProtocol
import Testing

@Suite struct RequestLineTests {
  @Test(
    arguments: [
      (RequestLine.request(7, "ping", nil), #"{"jsonrpc":"2.0","id":7,"method":"ping"}"#),
      (
        RequestLine.request(8, "tools/list", #"{"cursor":"a"}"#.bytes),
        #"{"jsonrpc":"2.0","id":8,"method":"tools/list","params":{"cursor":"a"}}"#
      ),
      (
        RequestLine.notification("notifications/initialized"),
        #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
      ),
      (
        RequestLine.notification("notifications/progress", #"{"a":1}"#.bytes),
        #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"a":1}}"#
      ),
      (
        RequestLine.cancelled(7),
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#
      ),
      (
        RequestLine.cancelled(7, reason: #""timed out""#.bytes),
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","#
          + #""params":{"requestId":7,"reason":"timed out"}}"#
      ),
      (RequestLine.level("warning"), #"{"level":"warning"}"#),
      (RequestLine.level("a\"b"), #"{"level":"a\"b"}"#),
    ]
  )
  func `a line of our own is what the protocol wants`(line: [UInt8], text: String) {
    #expect(line.text == text)
    #expect(treeError(line) == nil)
  }

  @Test func `our own lines are read as what they are`() throws {
    let request = RequestLine.request(7, "ping", nil)
    let envelope = try EnvelopeParser.parse(request.span)
    #expect(envelope.kind == .request && envelope.method == .ping)
    #expect(RequestID(request.span, envelope.id) == .integer(7))
    let cancelled = RequestLine.cancelled(9)
    let notice = try EnvelopeParser.parse(cancelled.span)
    #expect(notice.kind == .notification && notice.method == .cancelled)
    #expect(RequestID(cancelled.span, notice.requestID) == .integer(9))
  }
}
