import MCPProxy
import Testing

/// The proxy keeps a reaper as long as there is something to end.
struct LauncherTests {
  private static let tryAgain = SystemError("posix_spawn", 11)

  private func staged() -> StagedProxy {
    var staged = StagedProxy()
    staged.hasReaper = true
    return staged
  }

  /// How often a reaper was asked for.
  private func tries(_ state: FakeKernel.State) -> Int {
    state.spawns.count { $0.arguments == ["--reaper"] }
  }

  @Test func `a reaper that cannot be started is warned of once and tried again`() {
    var staged = staged()
    staged.unborn = [staged.child, FakeChild(990)]
    let run = staged.run(
      StagedProxy.opening() + [
        StagedProxy.pass(.seconds(1)), StagedProxy.pass(.seconds(2)), StagedProxy.pass(.seconds(4)),
        { $0.refused = [:] }, StagedProxy.pass(.seconds(8)), StagedProxy.pass(.seconds(1)),
      ],
      surroundings: { $0.refused["/proxy"] = Self.tryAgain }
    )
    // One at the launch, then after 1, 2, 4 and 8 seconds.
    #expect(tries(run.kernel) == 5)
    #expect(run.log.filter { $0.hasPrefix("warn: the reaper cannot be started: ") }.count == 1)
    // What runs by then is told to it before it begins.
    let told = String(decoding: run.kernel.output[991] ?? [], as: UTF8.self)
    #expect(told.hasPrefix("+\(StagedProxy.process) 0\n"), "\(told)")
  }

  @Test func `a reaper that runs is the only one`() {
    let run = staged().run(StagedProxy.opening() + [StagedProxy.pass(.seconds(9))])
    #expect(tries(run.kernel) == 1)
    #expect(run.log.filter { $0.hasPrefix("warn") } == [])
  }

  #if !canImport(Darwin)
  @Test func `a program whose file is gone is still its own reaper`() {
    let run = staged().run(
      StagedProxy.opening(),
      surroundings: { $0.refused["/proxy"] = SystemError("posix_spawn", 2) }
    )
    #expect(run.kernel.spawns.map(\.executable).prefix(2) == ["/proxy", "/proc/self/exe"])
    #expect(run.log.filter { $0.hasPrefix("warn") } == [])
    let told = String(decoding: run.kernel.output[StagedProxy.process - 9] ?? [], as: UTF8.self)
    #expect(told.contains("+\(StagedProxy.process) 0\n"), "\(told)")
  }
  #endif
}
