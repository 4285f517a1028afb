/// Which of an endpoint's servers takes a call, and which has asked a question.
extension Replica {
  /// Bits of a question's number that count; those above name the server.
  static let questionBits: UInt64 = 48

  /// Which of the endpoint's servers has asked a question.
  static func number(ofQuestion number: UInt64) -> Int { Int(number >> questionBits) }

  /// Bytes that may wait for a server that does not read before its calls are refused.
  private static let mostBytes = 1 << 20

  /// Whether so much waits for it that one call more would not reach it.
  var isStuffed: Bool { link.pendingBytes > Self.mostBytes }

  /// Whether a call goes rather here than to another: it is up, reads, is not shut, has less to do.
  func isBetter(than other: Replica) -> Bool {
    let own = [isReady, !isStuffed, !traffic.health.isShut]
    let others = [other.isReady, !other.isStuffed, !other.traffic.health.isShut]
    for (own, others) in zip(own, others) where own != others { return own }
    return traffic.health.inFlight < other.traffic.health.inFlight
  }
}
