import MCPProxy
import Testing

/// A login shell is asked where a server's command is, and greets, errs or hangs.
struct LoginShellTests {
  private static let mark = "__mcp_proxy_path__"
  private static let answer = "\(mark)/usr/bin:/login\(mark)"
  private static let shell: Int32 = 995

  /// A proxy whose server only the login shell's PATH leads to.
  private func staged() -> StagedProxy {
    var staged = StagedProxy()
    staged.endpoint = EndpointConfiguration(name: "a", launch: .process(Command("tool")))
    staged.endpoint.prefix = ""
    staged.hasReaper = true
    var shell = FakeChild(Self.shell)
    shell.ignoresInput = true
    staged.unborn = [FakeChild(StagedProxy.process - 10), shell, staged.child]
    staged.variables["SHELL"] = "/bin/shell"
    staged.programs = ["/bin/shell", "/login/tool"]
    return staged
  }

  private static let started = ["/proxy", "/bin/shell", "/login/tool"]

  private static func says(_ text: String) -> FakeKernel.Step {
    { $0.comes(text, at: shell + 2) }
  }

  private static let serverWorks: [FakeKernel.Step] = [
    StagedProxy.serverOpens(), StagedProxy.serverLists,
    StagedProxy.client(StagedProxy.call(7)), StagedProxy.server(StagedProxy.result(3)),
  ]

  /// What the reaper was told.
  private func told(_ run: StagedProxy.Result) -> [String] {
    let reaper = StagedProxy.process - 10
    return String(decoding: run.kernel.output[reaper + 1] ?? [], as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    [answer], ["Welcome!\n\(answer)"], ["__mcp_proxy", "\(answer) bye"],
    [String(repeating: "noise ", count: 50_000), answer],
    [answer, String(repeating: "noise ", count: 50_000)],
  ])
  func `the answer counts as soon as it is there, whatever stands around it`(texts: [String]) {
    // The shell does not end: no step waits for its two seconds.
    let run = staged().run(
      StagedProxy.clientOpens + texts.map { Self.says($0) } + Self.serverWorks
    )
    #expect(run.kernel.spawns.map(\.executable) == Self.started)
    #expect(run.answers("7").map(\.isError) == [nil])
    // Nothing of it outlives the session.
    #expect(run.kernel.children[Self.shell]?.exit != nil)
  }

  @Test func `marks that come in pieces are marks`() {
    let texts = Self.answer.map { String($0) }
    let steps = texts.map { text -> FakeKernel.Step in
      { state in
        state.input[Self.shell + 2, default: []] += Array(text.utf8)
        state.reads[Self.shell + 2, default: []].append(.bytes(text.utf8.count))
      }
    }
    let run = staged().run(StagedProxy.clientOpens + steps + Self.serverWorks)
    #expect(run.kernel.spawns.map(\.executable) == Self.started)
  }

  @Test func `the reaper knows the shell as long as it may run`() {
    let run = staged().run(
      StagedProxy.clientOpens + [Self.says(Self.answer), { $0.end(Self.shell, .code(0)) }]
        + Self.serverWorks
    )
    let lines = told(run).filter { $0.dropFirst().hasPrefix("\(Self.shell)") }
    #expect(lines == ["+\(Self.shell) 0", "-\(Self.shell)"])
    #expect(run.kernel.children[Self.shell]?.signals == [.kill])
  }

  @Test func `a shell that has answered may end by itself, within its time`() {
    let run = staged().run(
      StagedProxy.clientOpens + [Self.says(Self.answer)] + Self.serverWorks + [
        { state in #expect(state.children[Self.shell]?.exit == nil) },
        StagedProxy.pass(.seconds(3)), StagedProxy.pass(.seconds(1)),
        { state in #expect(state.children[Self.shell]?.signals == [.kill]) },
      ]
    )
    #expect(run.kernel.spawns.map(\.executable) == Self.started)
  }

  @Test func `a shell without an answer is waited for two seconds and no longer`() {
    let run = staged().run(
      StagedProxy.clientOpens + [StagedProxy.pass(.milliseconds(1900))] + [
        { state in #expect(state.children[Self.shell]?.exit == nil) },
        StagedProxy.pass(.milliseconds(200)),
        { state in #expect(state.children[Self.shell]?.signals == [.kill]) },
      ]
    )
    #expect(run.log.contains { $0.contains("the command \"tool\" was not found") })
  }

  @Test func `a session that ends does not wait for the shell`() {
    let run = staged().run(StagedProxy.clientOpens)
    #expect(run.exitCode == 0)
    #expect(run.kernel.now - at(0) < .seconds(1))
    #expect(run.kernel.children[Self.shell]?.signals == [.kill])
  }
}
