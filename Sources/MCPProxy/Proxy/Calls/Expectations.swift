/// What waits for endpoints to say what they offer: lists that were asked for, and calls of tools
/// that are not known yet.
package struct Expectations {
  /// A list that was asked for.
  package struct List {
    package var request: ListRequest
    package let caller: any Caller
    fileprivate var deadline: Instant
  }

  private struct Unrouted {
    let call: Call
    let deadline: Instant
  }

  private var lists: [List] = []
  private var calls: [Unrouted] = []

  package init() {}

  package var isEmpty: Bool { lists.isEmpty && calls.isEmpty }
  /// Lists that wait.
  package var listCount: Int { lists.count }

  package mutating func add(_ request: ListRequest, of caller: any Caller, until deadline: Instant)
  {
    lists.append(List(request: request, caller: caller, deadline: deadline))
  }

  package mutating func add(_ call: Call, until deadline: Instant) {
    calls.append(Unrouted(call: call, deadline: deadline))
  }

  /// The lists that wait no longer: all, or those whose time is up.
  package mutating func takeLists(all: Bool, at now: Instant) -> [List] {
    let taken = lists.filter { all || $0.deadline <= now }
    lists.removeAll { all || $0.deadline <= now }
    return taken
  }

  /// The calls that wait no longer, with whether they still have time: all, those whose time is up
  /// and those that are chosen.
  package mutating func takeCalls(
    all: Bool,
    at now: Instant,
    _ isChosen: (Call) -> Bool
  ) -> [(call: Call, hasTime: Bool)] {
    var taken: [(call: Call, hasTime: Bool)] = []
    calls.removeAll { entry in
      guard all || entry.deadline <= now || isChosen(entry.call) else { return false }
      taken.append((entry.call, now < entry.deadline))
      return true
    }
    return taken
  }

  /// Takes a call back, if it waits here.
  package mutating func cancel(_ call: Call) -> Bool {
    let count = calls.count
    calls.removeAll { $0.call === call }
    return calls.count < count
  }

  /// Takes back the newest list with this id that the caller has asked for, if it came after a
  /// number; it waits no longer.
  package mutating func cancelList(
    _ id: [UInt8],
    of caller: any Caller,
    after number: UInt64
  ) -> Bool {
    let place = lists.lastIndex {
      $0.request.id == id && $0.caller === caller && $0.request.number > number
    }
    guard let place else { return false }
    lists[place].request.isCancelled = true
    lists[place].deadline = .zero
    return true
  }

  /// Takes back all lists that the caller has asked for: they wait no longer.
  package mutating func cancelLists(of caller: any Caller) {
    for place in lists.indices where lists[place].caller === caller {
      lists[place].request.isCancelled = true
      lists[place].deadline = .zero
    }
  }

  package var nextDeadline: Instant? {
    guard !isEmpty else { return nil }
    return Instant.earlier(lists.map(\.deadline).min(), calls.map(\.deadline).min())
  }
}
