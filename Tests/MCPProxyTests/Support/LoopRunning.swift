import MCPProxy
import Synchronization

/// A value that tasks on a loop leave for the test.
final class Shared<Value: Sendable>: Sendable {
  private let stored: Mutex<Value>

  init(_ value: Value) { stored = Mutex(value) }

  var value: Value {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }

  func change(_ body: (inout Value) -> Void) {
    stored.withLock { value in
      var copy = value
      body(&copy)
      value = copy
    }
  }
}

extension EventLoop {
  /// Makes this thread the loop's, runs `body` on it and returns when that has ended.
  func runUntilDone<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
    let result = Shared<Value?>(nil)
    _ = Task(executorPreference: self) {
      result.value = await body()
      self.stop()
    }
    run()
    return result.value
  }
}

/// An actor that writes down what the loop tells it.
actor LoopWitness: LoopBound {
  nonisolated let loop: EventLoop
  private(set) var events: [String] = []
  private var waiter = Waiter()

  init(_ loop: EventLoop) { self.loop = loop }

  func note(_ event: String) { events.append(event) }

  func descriptorReady(_ token: UInt64, _ interest: Interest) {
    let words = (interest.contains(.reading) ? "r" : "") + (interest.contains(.writing) ? "w" : "")
    happened("ready \(token) \(words)")
  }

  func timerFired() { happened("timer") }

  func turnEnded() { happened("turn ended") }

  /// Waits for the next thing the loop tells.
  func nextEvent() async {
    await unsafe withUnsafeContinuation { unsafe waiter.wait($0) }
  }

  private func happened(_ event: String) {
    events.append(event)
    waiter.resume()
  }
}
