// The proxy's descriptors: what they lead to, when they are ready, what goes through them.
extension World {
  /// The lowest free number, as POSIX gives them: a descriptor used after its end hits another's.
  func open(_ use: Use) -> Int32 {
    var number: Int32 = 3
    while descriptors[number] != nil { number += 1 }
    descriptors[number] = use
    return number
  }

  func close(_ number: Int32) {
    if watches.contains(where: { $0.descriptor == number }) {
      fail("descriptors", "closed descriptor \(number), which is still watched")
    }
    guard let use = descriptors.removeValue(forKey: number) else {
      return fail("descriptors", "closed descriptor \(number), which is not open")
    }
    switch use {
    case .input(let process): process.inputClosed(self)
    case .output(let process): process.output.readerIsOpen = false
    case .error(let process): process.error.readerIsOpen = false
    case .clientInput, .clientOutput, .log: break
    }
  }

  func watch(_ number: Int32, _ token: UInt64, _ interest: Interest) -> SystemError? {
    if fails(.watch, number) { return SystemError("epoll_ctl", 28) }
    let place = watches.firstIndex { $0.descriptor >= number } ?? watches.count
    let isWatched = place < watches.count && watches[place].descriptor == number
    if isWatched || descriptors[number] == nil {
      fail("descriptors", "watched descriptor \(number), which is watched or not open")
      return SystemError("epoll_ctl", 9)
    }
    watches.insert(Watch(descriptor: number, token: token, interest: interest), at: place)
    return nil
  }

  func rewatch(_ number: Int32, _ token: UInt64, _ interest: Interest) -> SystemError? {
    if fails(.rewatch, number) { return SystemError("epoll_ctl", 12) }
    guard let place = watches.firstIndex(where: { $0.descriptor == number }) else {
      fail("descriptors", "watched descriptor \(number) again, which is not watched")
      return SystemError("epoll_ctl", 2)
    }
    watches[place] = Watch(descriptor: number, token: token, interest: interest)
    return nil
  }

  func unwatch(_ number: Int32) { watches.removeAll { $0.descriptor == number } }

  /// What is there is reported anew, as if it had come after the read that did not take it.
  private func reportAgain(_ number: Int32) {
    for place in watches.indices where watches[place].descriptor == number {
      watches[place].reported = -1
    }
  }

  /// What `epoll_wait` would report: some of what is ready, in any order.
  func readiness() -> [Readiness] {
    var ready: [(watch: Int?, arrivals: Int, event: Readiness)] = []
    for place in watches.indices {
      let watch = watches[place]
      guard let use = descriptors[watch.descriptor] else { continue }
      let interest = readiness(of: use, watch.interest)
      let arrivals = arrivals(of: use)
      let isKnown = watch.interest.contains(.once) && watch.reported == arrivals
      if interest.isEmpty || isKnown { continue }
      ready.append((place, arrivals, Readiness(token: watch.token, interest: interest)))
    }
    for signal in signals {
      ready.append((nil, 0, Readiness(token: .max, interest: [], signal: signal)))
    }
    if plan.faults[.shuffle] > 0 || plan.isStepwise { random.shuffle(&ready) }
    let told = plan.isStepwise ? ready.prefix(1) : ready[...]
    for case (let watch?, let arrivals, _) in told { watches[watch].reported = arrivals }
    signals.removeAll { signal in told.contains { $0.event.signal == signal } }
    return told.map(\.event)
  }

  private func arrivals(of use: Use) -> Int {
    switch use {
    case .clientInput: client.input.arrivals
    case .output(let process): process.output.arrivals
    case .error(let process): process.error.arrivals
    case .clientOutput, .input, .log: 0
    }
  }

  /// What an end reports that the other side has closed.
  private static let closed: Interest = [.reading, .writing, .closed]

  /// An end that is closed is reported whatever was asked for, as epoll does.
  private func readiness(of use: Use, _ asked: Interest) -> Interest {
    switch use {
    case .clientInput:
      return readiness(of: client.input, asked)
    case .clientOutput:
      if !client.isReading { return Self.closed }
      return client.outputRoom > 0 ? asked.intersection(.writing) : []
    case .input(let process):
      if !process.input.readerIsOpen { return Self.closed }
      return process.input.room > 0 ? asked.intersection(.writing) : []
    case .output(let process): return readiness(of: process.output, asked)
    case .error(let process): return readiness(of: process.error, asked)
    case .log: return asked
    }
  }

  private func readiness(of pipe: ByteStream, _ asked: Interest) -> Interest {
    if !pipe.writerIsOpen { return Self.closed }
    return pipe.available > 0 ? asked.intersection(.reading) : []
  }

  func read(_ number: Int32, upTo most: Int) -> (Transfer, [UInt8]) {
    let failure = failure(of: .read, number)
    if failure != nil { reportAgain(number) }
    return switch failure {
    case .error: (.failed(SystemError("read", 5)), [])
    case .again: (.wouldBlock, [])
    case .short: take(number, upTo: 1)
    case nil: take(number, upTo: most)
    }
  }

  private func take(_ number: Int32, upTo most: Int) -> (Transfer, [UInt8]) {
    switch descriptors[number] {
    case .clientInput:
      let result = take(&client.input, most) { $0.client.input.arrived() }
      client.wasRead(self)
      return result
    case .output(let process):
      return take(&process.output, most) { _ in process.output.arrived() }
    case .error(let process): return take(&process.error, most) { _ in process.error.arrived() }
    default:
      fail("descriptors", "read from descriptor \(number), which is not open for it")
      return (.failed(SystemError("read", 9)), [])
    }
  }

  /// A read takes all there is; where it is cut, the rest comes a moment later.
  private func take(
    _ pipe: inout ByteStream,
    _ most: Int,
    restArrives: @escaping EventQueue.Action
  ) -> (Transfer, [UInt8]) {
    let there = min(most, pipe.available)
    guard there > 0 else {
      return (pipe.writerIsOpen || pipe.count > 0 ? .wouldBlock : .end, [])
    }
    var count = there
    if pipe.writerIsOpen, random.chance(plan.faults[.splits]) {
      count = random.number(1...there)
      if count < there {
        pipe.delayRest()
        after(random.span(TimeSpan(nanoseconds: 1000), .milliseconds(1)), restArrives)
      }
    }
    trace.mix(UInt64(count))
    let bytes = Array(pipe.take(count))
    // There is room again: a writer that was stopped by the full pipe goes on.
    if count == there, pipe.count > 0 { pipe.arrived() }
    return (.bytes(count), bytes)
  }

  func write(_ number: Int32, _ bytes: ArraySlice<UInt8>) -> Transfer {
    switch failure(of: .write, number) {
    case .error:
      pipeBroke(number)
      return .failed(SystemError("write", 32))
    case .again: return .wouldBlock
    case .short: return put(number, bytes.prefix(1))
    case nil: return put(number, bytes)
    }
  }

  private func put(_ number: Int32, _ bytes: ArraySlice<UInt8>) -> Transfer {
    switch descriptors[number] {
    case .clientOutput: return writeToClient(bytes)
    case .input(let process):
      guard process.input.readerIsOpen else { return .failed(SystemError("write", 32)) }
      // A pipe takes a short line whole; who writes to the reaper counts on that.
      let isShort = process.endpoint == nil
      let count = isShort ? bytes.count : accepted(bytes.count, room: process.input.room)
      guard count > 0 else { return .wouldBlock }
      trace.mix(bytes.prefix(count))
      process.input.append(bytes.prefix(count))
      process.received(self, isWhole: count == bytes.count)
      return .bytes(count)
    default:
      fail("descriptors", "wrote to descriptor \(number), which is not open for it")
      return .failed(SystemError("write", 9))
    }
  }

  private func writeToClient(_ bytes: ArraySlice<UInt8>) -> Transfer {
    checks.replies.findStalled(self)
    guard client.isReading else { return .failed(SystemError("write", 32)) }
    let count = accepted(bytes.count, room: client.outputRoom)
    guard count > 0 else { return .wouldBlock }
    trace.mix(bytes.prefix(count))
    client.received(self, bytes.prefix(count))
    return .bytes(count)
  }

  private func accepted(_ count: Int, room: Int) -> Int {
    let most = min(count, room)
    guard most > 1, random.chance(plan.faults[.splits]) else { return most }
    return random.number(1...most)
  }
}
