import MCPProxy
import Testing

/// Calls of a server whose stand-in turns out not to have their tool.
struct StandInTests {
  private static let standIn = FakeChild(StagedProxy.standInProcess)
  private static let replacement = FakeChild(3000)

  /// A server that runs one call at a time, and a stand-in without the tool "w".
  private static var staged: StagedProxy {
    var staged = StagedProxy()
    staged.endpoint.policy.concurrency.max = 1
    staged.endpoint.policy.retry.attempts = 1
    staged.endpoint.fallback = ["b"]
    staged.standIn = EndpointConfiguration(name: "b", launch: .process(Command("/standin")))
    staged.standIn?.hidden = true
    staged.laterChildren = [replacement]
    return staged
  }

  private static func says(_ child: FakeChild, _ text: String) -> FakeKernel.Step {
    { $0.comes(text, at: child.output) }
  }

  private static func tools(_ id: Int, _ names: [String]) -> String {
    let entries = names.map { name in
      #"{"name":"\#(name)","inputSchema":{"type":"object"},"#
        + #""annotations":{"readOnlyHint":\#(name == "t")}}"#
    }
    return StagedProxy.result(id, #"{"tools":[\#(entries.joined(separator: ","))]}"#)
  }

  private static func initialized(_ child: FakeChild, _ id: Int = 1) -> FakeKernel.Step {
    says(child, StagedProxy.initializeResult(id))
  }

  private static let write =
    #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"w","arguments":{}}}"#

  private static let opening =
    StagedProxy.clientOpens + [
      StagedProxy.serverOpens(), StagedProxy.server(tools(2, ["t", "w"])),
    ]

  private static let failure =
    #"{"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"no"}}"#

  private static let dies: FakeKernel.Step = { $0.end(StagedProxy.process, .code(1)) }

  /// The first server's replacement comes up and answers its first call; ids go on from `last`.
  private static func comesBack(after last: Int) -> [FakeKernel.Step] {
    [
      StagedProxy.pass(.seconds(1)), initialized(replacement, last + 1),
      says(replacement, tools(last + 2, ["t", "w"])),
      says(replacement, StagedProxy.result(last + 3, #"{"content":[],"x":1}"#)),
    ]
  }

  @Test func `a call that waits is not turned away for a stand-in that proved to lack its tool`() {
    let calls = [StagedProxy.call(7), StagedProxy.call(8), Self.write].joined(separator: "\n")
    let run = Self.staged.run(
      Self.opening + [
        // The first call falls back, so that the stand-in's tools become known.
        StagedProxy.client(calls), StagedProxy.server(Self.failure),
        Self.initialized(Self.standIn), Self.says(Self.standIn, Self.tools(2, ["t"])), Self.dies,
      ] + Self.comesBack(after: 4)
    )
    #expect(run.answers("9").map { $0.result?["x"] as? Int } == [1])
    #expect(run.standIn.allSatisfy { !$0.text.contains(#""name":"w""#) })
  }

  @Test func `a call is sent to the restarted server when the stand-in cannot be started`() {
    var staged = Self.staged
    staged.standIn?.launch = .unusable(reason: "no such file")
    let run = staged.run(
      Self.opening + [
        StagedProxy.client(StagedProxy.call(7)), StagedProxy.client(Self.write), Self.dies,
      ] + Self.comesBack(after: 3)
    )
    #expect(run.answers("9").map { $0.result?["x"] as? Int } == [1])
  }

  /// The stand-in has all tools; the first server is known, dies, and hangs when it is restarted.
  @Test func `a call that was not sent leaves a server that does not come up, safe or not`() {
    var staged = Self.staged
    staged.endpoint.policy.timeout.call = .seconds(10)
    let run = staged.run(
      Self.opening + [
        Self.initialized(Self.standIn), Self.says(Self.standIn, Self.tools(2, ["t", "w"])),
        Self.dies, StagedProxy.pass(.seconds(1)), StagedProxy.client(Self.write),
        StagedProxy.pass(.milliseconds(5001)),
        Self.says(Self.standIn, StagedProxy.result(3, #"{"content":[],"x":1}"#)),
      ]
    )
    #expect(run.later[0].compactMap(\.method) == ["initialize"])
    #expect(run.answers("9").map { $0.result?["x"] as? Int } == [1])
  }

  @Test func `a call goes to the stand-in although the client is behind with reading`() {
    var staged = Self.staged
    staged.maxLine = 8 << 20
    let text = String(repeating: "x", count: 5 << 20)
    let message =
      #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","#
      + #""data":"\#(text)"}}"#
    let ping = #"{"jsonrpc":"2.0","id":"p","method":"ping"}"#
    let run = staged.run(
      Self.opening + [
        Self.initialized(Self.standIn), Self.says(Self.standIn, Self.tools(2, ["t", "w"])),
        StagedProxy.client(StagedProxy.call(7)), { $0.full = [StagedProxy.clientOutput] },
        StagedProxy.server(message), StagedProxy.client(ping), Self.dies,
        Self.says(Self.standIn, StagedProxy.result(3, #"{"content":[],"x":1}"#)),
        { $0.full = [] },
      ]
    )
    #expect(run.answers("7").map { $0.result?["x"] as? Int } == [1])
  }
}
