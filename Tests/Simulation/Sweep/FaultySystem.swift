/// Counts the calls to the operating system that can fail, and lets those fail that are meant to.
struct FaultySystem {
  /// `nil`: nothing fails.
  let fault: SystemFault?
  private var count = 0
  /// What has failed, in order.
  private(set) var failed: [SystemFault.Call] = []
  /// Whether something failed that is needed to hear the client, or to answer it.
  private(set) var hasHitInput = false
  private(set) var hasHitOutput = false

  init(_ fault: SystemFault?) { self.fault = fault }

  /// Reads and writes took longer, and nothing else was wrong.
  var hasOnlyDelayed: Bool { fault != nil && fault?.manner != .error }

  /// How a call fails, if it does.
  mutating func manner(of call: SystemFault.Call, on use: World.Use?) -> SystemFault.Manner? {
    guard let fault, fault.number > 0, fault.only ?? call == call else { return nil }
    if fault.manner != .error, !Self.canBePartial(call, use) { return nil }
    count += 1
    guard fault.strikes(count) else { return nil }
    failed.append(call)
    switch use {
    case .clientInput: hasHitInput = true
    case .clientOutput: hasHitOutput = true
    default: break
    }
    return fault.manner
  }

  /// A pipe takes a short line whole; who writes to the reaper counts on that.
  private static func canBePartial(_ call: SystemFault.Call, _ use: World.Use?) -> Bool {
    if call == .write, case .input(let process) = use { return process.endpoint != nil }
    return call == .read || call == .write
  }
}

extension World {
  /// How the call that the proxy makes now fails, if it does: never while everything recovers.
  func failure(of call: SystemFault.Call, _ number: Int32? = nil) -> SystemFault.Manner? {
    guard phase == .chaos || phase == .ending else { return nil }
    let use = number.flatMap { descriptors[$0] }
    let manner = system.manner(of: call, on: use)
    if let manner {
      trace.tell(now) { "\(call)\(number.map { " of \($0)" } ?? "") fails: \(manner)" }
    }
    return manner
  }

  func fails(_ call: SystemFault.Call, _ number: Int32? = nil) -> Bool {
    failure(of: call, number) != nil
  }

  /// A write has failed because nobody reads any more: so it is from now on.
  func pipeBroke(_ number: Int32) {
    switch descriptors[number] {
    case .clientOutput: client.closeOutput(self)
    case .input(let process) where process.endpoint == nil: process.exit(.signal(9), self)
    default: break
    }
  }

  /// The proxy says that it cannot go on with its client; it needs a reason.
  func proxyGaveUp(_ text: String) {
    hasGivenUp = true
    if !system.hasHitInput, !system.hasHitOutput { fail("ending", "no call has failed: \(text)") }
    if system.hasHitOutput { client.closeOutput(self) }
  }
}
