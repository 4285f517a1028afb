// Children of the proxy: servers and the reaper.
extension World {
  static let loginShell = "/bin/shell"

  func spawn(_ request: SpawnRequest) -> Result<SpawnedProcess, SystemError> {
    let isReaper = request.arguments == ["--reaper"]
    let index = request.arguments.first.flatMap { Int($0) }
    if fails(.spawn) || !isReaper && strikes(.neverStarts, 0.3) {
      trace.tell(now) { "a spawn fails" }
      books.spawnFailed(self)
      if isReaper { books.reaperFailed(self) }
      return .failure(SystemError("posix_spawn", random.pick([2, 11, 12, 24])))
    }
    lastProcess += 1
    let process = SimulatedProcess(id: lastProcess, endpoint: isReaper ? nil : index)
    processes[process.id] = process
    if request.executable == Self.loginShell {
      // It greets, says where it looks for commands, and ends.
      let mark = "__mcp_proxy_path__"
      process.output.append(Array("Welcome!\n\(mark)/bin:/login\(mark)\n".utf8)[...])
      process.exit(.code(0), self)
    } else if let index, !isReaper {
      process.server = SimulatedServer(process, endpoint: index, self)
      books.started(self, process, endpoint: index)
    } else {
      books.reaperStarted(self)
      reaper = process
      guard strikes(.reaperDeath) else { return opened(process, request) }
      after(random.span(.milliseconds(1), .seconds(60))) { process.exit(.signal(9), $0) }
    }
    return opened(process, request)
  }

  private func opened(
    _ process: SimulatedProcess,
    _ request: SpawnRequest
  ) -> Result<SpawnedProcess, SystemError> {
    trace.mix(UInt64(process.id))
    trace.tell(now) { "process \(process.id) starts: \(request.arguments)" }
    let inputNumber = open(.input(process))
    let spawned = SpawnedProcess(
      process: process.id,
      input: Descriptor(inputNumber),
      output: request.inputOnly ? nil : Descriptor(open(.output(process))),
      error: request.inputOnly || request.dropsErrors ? nil : Descriptor(open(.error(process)))
    )
    process.input.append(request.firstInput[...])
    process.received(self, isWhole: true)
    process.server?.begin(self)
    return .success(spawned)
  }

  func signal(_ id: Int32, _ signal: Signal) {
    guard let process = processes[id] else { return }
    trace.mix(UInt64(id) << 8 | (signal == .kill ? 1 : 2))
    trace.tell(now) { "process \(id) is sent \(signal)" }
    if process.isAlive, process.endpoint != nil, system.hasOnlyDelayed {
      fail("ending", "process \(id) is ended because a read or write took two")
    }
    switch signal {
    case .kill:
      process.helpers = 0
      process.exit(.signal(9), self)
    default:
      if !process.helpersAreStubborn { process.helpers = 0 }
      process.asked(toEnd: self)
    }
    process.settlePipes()
  }

  func groupExists(_ id: Int32) -> Bool {
    guard let process = processes[id] else { return false }
    return process.helpers > 0 || !process.isReaped
  }

  func reap() -> ExitedProcess? {
    guard !zombies.isEmpty else { return nil }
    let zombie = zombies.removeFirst()
    processes[zombie.process]?.isReaped = true
    return zombie
  }

  func startTime(_ id: Int32) -> UInt64 {
    fails(.startTime) || processes[id] == nil ? 0 : UInt64(id) * 7
  }
}
