/// A request of the simulated client and what became of it.
struct ClientRequest {
  enum Kind: Equatable {
    case initialize
    case ping
    case list
    case setLevel
    case unknownMethod
    /// `tools/call` of a tool of this endpoint.
    case call(endpoint: Int, tool: String)
    /// `tools/call` of a name that no endpoint has.
    case strangeCall
  }

  let k: Int
  /// As it was written, quotes included.
  let id: [UInt8]
  let kind: Kind
  let sent: Instant
  /// Where its line ends in the stream to the proxy.
  let end: Int
  /// Its answer comes together with those of others.
  let isInBatch: Bool
  /// When the proxy had read its last byte.
  var read: Instant?
  /// Time in which some question to the human was open, until it was read.
  var questionTimeBefore = TimeSpan.zero
  /// Where the line of its cancellation ends, and the turn in which that was read.
  var cancelEnd: Int?
  var cancelReadTurn: Int?
  /// How far each endpoint's outbox was filled when the cancellation had been dealt with.
  var outboxAtCancel: [OutboxMark] = []
  var answers = 0
  var answeredAt: Instant?
  /// What was said about its being carried out: "no", "unknown", "yes"; `nil`: a server's answer.
  var executed: String?
  var reason: String?
  /// The usage line, once it is there.
  var isBooked = false

  var isCall: Bool {
    switch kind {
    case .call, .strangeCall: true
    default: false
    }
  }
  var isCancelled: Bool { cancelEnd != nil }

  struct OutboxMark {
    let endpoint: Int
    let process: Int32
    let end: Int
  }
}
