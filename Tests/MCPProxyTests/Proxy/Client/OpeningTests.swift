import MCPProxy
import Testing

/// What happens before the client has said that it is ready.
struct OpeningTests {
  private static let listTools = StagedProxy.client(
    #"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#
  )
  private static let changed = "notifications/tools/list_changed"
  private static let otherTool = #"{"tools":[{"name":"u","inputSchema":{"type":"object"}}]}"#
  private static let serverChanges = [
    StagedProxy.server(#"{"jsonrpc":"2.0","method":"\#(changed)"}"#),
    StagedProxy.pass(.seconds(1)), StagedProxy.server(StagedProxy.result(3, otherTool)),
    StagedProxy.pass(.seconds(1)),
  ]

  private static let clientIsHalfOpen = [
    StagedProxy.clientOpens[0], StagedProxy.serverOpens(), StagedProxy.serverLists,
  ]

  @Test func `a list that changed before the client was ready is announced when it is`() {
    let run = StagedProxy().run(
      Self.clientIsHalfOpen + [Self.listTools] + Self.serverChanges + [
        StagedProxy.client(StagedProxy.initialized)
      ]
    )
    #expect(run.client.filter { $0.method == Self.changed }.count == 1)
  }

  @Test func `what the client was not given, or has not changed, is not announced`() {
    let unasked = StagedProxy().run(
      Self.clientIsHalfOpen + Self.serverChanges + [StagedProxy.client(StagedProxy.initialized)]
    )
    #expect(!unasked.client.contains { $0.method == Self.changed })
    let same = StagedProxy().run(
      Self.clientIsHalfOpen + [Self.listTools, StagedProxy.client(StagedProxy.initialized)]
    )
    #expect(!same.client.contains { $0.method == Self.changed })
  }

  @Test(arguments: [#","params":null"#, #","params":{"_meta":null}"#, ""])
  func `members that are null do not keep the client from being ready`(params: String) {
    let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"\#(params)}"#
    let run = StagedProxy().run(
      Self.clientIsHalfOpen + [
        StagedProxy.client(initialized), Self.listTools,
        StagedProxy.server(#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#),
      ]
    )
    #expect(run.client.contains { $0.method == "roots/list" })
    #expect(run.client.filter { $0.errorCode != nil }.map(\.text) == [])
  }
}
