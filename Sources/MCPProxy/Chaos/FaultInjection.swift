/// What an endpoint remembers of the faults under way.
///
/// A class, so that the path of every call asks one word whether there is anything to inject.
package final class FaultInjection {
  /// Something that happens a while after its call was sent or answered.
  enum Later: Sendable {
    /// An answer that was held back comes in.
    case answer([UInt8])
    /// The dripping answer is complete.
    case dripped
    /// The request fails in the endpoint's place.
    case fail(Int)
    /// The request is answered as an overloaded service does.
    case refuse(Int, TimeSpan)
    /// The process with this id is killed.
    case kill(Int32)
  }

  var plan: ChaosPlan
  /// What is to happen to the answer of a request, by the request's id.
  private var faults: [Int: ChaosFault] = [:]
  /// What hit a call, by the call's number.
  private var marks: [UInt64: (mode: ChaosMode, request: Int)] = [:]
  private var later: [UInt64: Later] = [:]
  private var lastNumber: UInt64 = 0
  /// An answer that drips in, and the lines that wait behind it.
  var dripping: [UInt8]?
  var behind: [[UInt8]] = []

  package init(plan: ChaosPlan) { self.plan = plan }

  /// Whether nothing is under way, for the tests that look for leaks.
  package var isEmpty: Bool { faults.isEmpty && marks.isEmpty && later.isEmpty }

  /// Notes a fault of a request that is about to be sent; `nil`: a ping, which is no call.
  package func hit(_ fault: ChaosFault, request: Int, call: UInt64?) {
    if fault.mode.changesAnswer { faults[request] = fault }
    if let call { marks[call] = (fault.mode, request) }
  }

  /// The fault of the answer that has come.
  package func takeFault(_ request: Int) -> ChaosFault? { faults.removeValue(forKey: request) }

  /// The call has ended, with or without an answer; returns what had hit it.
  package func takeMark(_ call: UInt64) -> ChaosMode? {
    guard let mark = marks.removeValue(forKey: call) else { return nil }
    faults[mark.request] = nil
    return mark.mode
  }

  /// Keeps something for later; returns the number to take it by.
  func keep(_ event: Later) -> UInt64 {
    lastNumber += 1
    later[lastNumber] = event
    return lastNumber
  }

  func take(_ number: UInt64) -> Later? { later.removeValue(forKey: number) }

  /// The process is another one: what the old one was to say is lost.
  func forgetProcess() {
    faults.removeAll()
    later.removeAll()
    dripping = nil
    behind.removeAll()
  }
}
