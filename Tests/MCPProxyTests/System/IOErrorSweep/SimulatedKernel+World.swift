import MCPProxy

// What the simulated system does with what it is asked.
extension SimulatedKernel.World {
  /// Bytes a pipe holds.
  private static let pipeSize = 1 << 12

  /// Notes the use of a descriptor that is not open: in a real system it may be another's by now.
  mutating func use(_ descriptor: Descriptor, _ call: String) {
    if open[descriptor.number] == nil {
      offences.append("\(call) of \(descriptor.number), which is not open")
    }
  }

  mutating func giveUp(_ why: String) -> @Sendable () -> Void {
    offences.append(why)
    return whenStuck
  }

  /// Lets everybody do what there is to do at this time.
  mutating func proceed() {
    client.receive(unread[...])
    unread = []
    client.proceed()
    for id in processes.keys.sorted() { change(id) { [now] in $0.advance(to: now) } }
  }

  /// Changes a process and takes note of what came of it.
  mutating func change(_ id: Int32, _ body: (inout SimulatedProcess) -> Void) {
    guard var process = processes[id] else { return }
    let ranBefore = process.exit == nil
    body(&process)
    ledger += String(decoding: process.takeLedger(), as: UTF8.self)
    if ranBefore, process.exit != nil { childHasEnded = true }
    processes[id] = process
  }

  /// Reports as epoll does: an end is reported whether it was asked for or not, and those that are
  /// told once hear of what has come since, even if it is not all that is there.
  mutating func report(to events: inout [Readiness]) {
    if childHasEnded {
      childHasEnded = false
      events.append(Readiness(token: .max, interest: .reading, signal: .childExited))
    }
    for (number, watch) in watches.sorted(by: { $0.key < $1.key }) {
      guard let end = open[number] else { continue }
      let (ready, isOver) = readiness(of: end)
      if watch.interest.contains(.once) {
        let come = come(to: end) + (isOver ? 1 : 0)
        if watch.reported == come { continue }
        watches[number]?.reported = come
      }
      let interest = isOver ? [.reading, .writing, .closed] : ready.intersection(watch.interest)
      if !interest.isEmpty { events.append(Readiness(token: watch.token, interest: interest)) }
    }
  }

  /// Bytes that ever came.
  private func come(to end: SimulatedKernel.End) -> Int {
    switch end {
    case .clientInput: clientBytesRead + client.outgoing.count
    case .output(let id): processes[id]?.written ?? 0
    default: 0
    }
  }

  private func readiness(of end: SimulatedKernel.End) -> (Interest, isOver: Bool) {
    switch end {
    case .clientInput:
      (client.outgoing.isEmpty ? [] : .reading, client.isFinished && client.outgoing.isEmpty)
    case .clientOutput: (unread.count < Self.pipeSize ? .writing : [], false)
    case .input(let id): (.writing, processes[id]?.exit != nil)
    case .output(let id):
      (
        processes[id]?.output.isEmpty == false ? .reading : [],
        processes[id]?.exit != nil
      )
    case .error(let id): ([], processes[id]?.exit != nil)
    case .log: ([], false)
    }
  }

  mutating func read(_ descriptor: Descriptor, _ most: Int) -> (Transfer, [UInt8]) {
    use(descriptor, "read")
    var bytes: [UInt8] = []
    var isOver = false
    switch open[descriptor.number] {
    case .clientInput:
      bytes = client.takeOutgoing(min(most, Self.pipeSize))
      clientBytesRead += bytes.count
      isOver = client.isFinished
    case .output(let id):
      change(id) { bytes = $0.takeOutput(min(most, Self.pipeSize)) }
      isOver = processes[id]?.exit != nil
    case .error(let id): isOver = processes[id]?.exit != nil
    default: break
    }
    if bytes.isEmpty { return (isOver ? .end : .wouldBlock, []) }
    return (.bytes(bytes.count), bytes)
  }

  mutating func write(_ descriptor: Descriptor, _ bytes: ArraySlice<UInt8>) -> Transfer {
    use(descriptor, "write")
    switch open[descriptor.number] {
    case .clientOutput:
      let taken = bytes.prefix(Self.pipeSize - unread.count)
      unread += taken
      return taken.isEmpty ? .wouldBlock : .bytes(taken.count)
    case .input(let id):
      guard processes[id]?.exit == nil else { return .failed(SystemError("write", 32)) }
      change(id) { [now] in $0.receive(bytes, at: now) }
    default: break
    }
    return .bytes(bytes.count)
  }

  mutating func close(_ descriptor: Descriptor) {
    use(descriptor, "close")
    if watches[descriptor.number] != nil {
      offences.append("\(descriptor.number) is closed while it is watched")
    }
    if case .input(let id) = open.removeValue(forKey: descriptor.number) {
      change(id) { [now] in $0.endInput(at: now) }
    }
  }

  mutating func open(_ end: SimulatedKernel.End) -> Descriptor {
    lastNumber += 1
    open[lastNumber] = end
    return Descriptor(lastNumber)
  }

  mutating func spawn(_ process: SimulatedProcess, inputOnly: Bool) -> SpawnedProcess {
    lastNumber += 1
    let id = lastNumber
    processes[id] = process
    if process.exit != nil { childHasEnded = true }
    return SpawnedProcess(
      process: id,
      input: open(.input(id)),
      output: inputOnly ? nil : open(.output(id)),
      error: inputOnly ? nil : open(.error(id))
    )
  }
}
