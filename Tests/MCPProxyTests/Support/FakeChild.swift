import MCPProxy

/// A process of a fake kernel: it ends with its input or by a signal, and says what it is told to.
struct FakeChild {
  let id: Int32
  /// What was sent to it and its group.
  var signals: [Signal] = []
  var exit: ExitStatus?
  var isReaped = false
  /// Nothing ends it.
  var isStuck = false
  /// The end of its input is nothing to it.
  var ignoresInput = false
  /// Somebody else of its group lives on until it is killed.
  var hasHelper = false

  init(_ id: Int32) { self.id = id }

  // Its pipes, as the proxy numbers its ends.
  var input: Int32 { id + 1 }
  var output: Int32 { id + 2 }
  var error: Int32 { id + 3 }

  var groupExists: Bool { hasHelper || !isReaped }
}

extension FakeKernel.State {
  mutating func spawn() -> FakeChild? {
    guard !unborn.isEmpty else { return nil }
    let child = unborn.removeFirst()
    children[child.id] = child
    return child
  }

  /// Whether nobody is left at the other end of a pipe.
  func isOver(_ number: Int32) -> Bool {
    if hungUp.contains(number) { return true }
    return children.values.contains { child in
      child.exit != nil && [child.input, child.output, child.error].contains(number)
    }
  }

  mutating func end(_ id: Int32, _ status: ExitStatus) {
    guard let child = children[id], child.exit == nil, !child.isStuck else { return }
    children[id]?.exit = status
    childHasEnded = true
  }

  mutating func signal(_ id: Int32, _ signal: Signal) {
    children[id]?.signals.append(signal)
    if signal == .kill { children[id]?.hasHelper = false }
    end(id, .signal(signal == .kill ? 9 : 15))
  }

  mutating func inputClosed(_ number: Int32) {
    let child = children.values.first { $0.input == number && !$0.ignoresInput }
    if let child { end(child.id, .code(0)) }
  }

  mutating func reap() -> ExitedProcess? {
    let ended = children.values.filter { $0.exit != nil && !$0.isReaped }
    guard let child = ended.min(by: { $0.id < $1.id }), let exit = child.exit else { return nil }
    children[child.id]?.isReaped = true
    return ExitedProcess(process: child.id, status: exit)
  }

  /// Lets `text`, a line or several, come in at `number`.
  mutating func comes(_ text: String, at number: Int32) {
    let bytes = Array((text + "\n").utf8)
    input[number, default: []] += bytes
    reads[number, default: []].append(.bytes(bytes.count))
  }
}
