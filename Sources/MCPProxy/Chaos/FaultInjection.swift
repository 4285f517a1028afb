/// What an endpoint remembers of the faults under way.
///
/// A class, so that the path of every call asks one word whether there is anything to inject.
final class FaultInjection {
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
  private var marks: [UInt64: ChaosMode] = [:]
  private var later: [UInt64: Later] = [:]
  private var lastNumber: UInt64 = 0
  /// An answer that drips in, and the lines that wait behind it.
  var dripping: [UInt8]?
  var behind: [[UInt8]] = []

  init(plan: ChaosPlan) { self.plan = plan }

  func hit(_ fault: ChaosFault, request: Int, call: UInt64? = nil) {
    faults[request] = fault
    if let call { marks[call] = fault.mode }
  }

  func takeFault(_ request: Int) -> ChaosFault? { faults.removeValue(forKey: request) }
  func takeMark(_ call: UInt64) -> ChaosMode? { marks.removeValue(forKey: call) }

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
