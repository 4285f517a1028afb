import MCPProxy
import Testing

/// Bytes around the lines of a server's that are no part of them.
struct ServerBytesTests {
  private static let mark = "\u{FEFF}"
  private static let hello =
    #"{"jsonrpc":"2.0","method":"notifications/message","#
    + #""params":{"level":"info","data":"hello"}}"#

  private static let served = [
    StagedProxy.serverLists, StagedProxy.client(StagedProxy.call(7)),
    StagedProxy.server(StagedProxy.result(3)),
  ]

  @Test(arguments: [
    mark + StagedProxy.initializeResult(1),
    mark + StagedProxy.initializeResult(1) + "\r",
    // It says something else first.
    mark + hello + "\n" + StagedProxy.initializeResult(1),
    mark + "\n" + StagedProxy.initializeResult(1),
  ])
  func `a server that begins with a byte order mark serves`(beginning: String) {
    let run = StagedProxy().run(
      StagedProxy.clientOpens + [StagedProxy.server(beginning)] + Self.served
    )
    #expect(
      run.server.compactMap(\.method).prefix(2) == ["initialize", "notifications/initialized"]
    )
    #expect(run.answers("7").map(\.isError) == [nil])
    #expect(run.answers("7").first?.result != nil)
  }

  @Test(arguments: [" ", "\t", "\r", " \t \r", "\r\r", " \n", "\n \n"])
  func `blanks after a line are no part of it`(end: String) {
    let run = StagedProxy().run(
      StagedProxy.clientOpens + [
        StagedProxy.server(StagedProxy.initializeResult(1) + end),
        StagedProxy.server(StagedProxy.toolList(2) + end),
        StagedProxy.client(StagedProxy.call(7)),
        StagedProxy.server(StagedProxy.result(3, #"{"content":[],"x":1}"#) + end),
      ]
    )
    #expect(
      run.answers("7").map(\.text) == [
        #"{"jsonrpc":"2.0","id":7,"result":{"content":[],"x":1}}"#
      ]
    )
  }
}
