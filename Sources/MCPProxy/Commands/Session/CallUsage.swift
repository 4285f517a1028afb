import MCPProtocol

/// What the demo and the playbooks read of a line of the usage log (docs/usage-log.md).
package struct CallUsage: Equatable, Sendable {
  /// Somebody who was asked, and why that brought no answer; `nil`: it did.
  package struct Attempt: Equatable, Sendable {
    package let endpoint: String
    package let certainty: String
    package let reason: String?
  }

  /// The request's id; the log has it as text.
  package let id: String
  package let server: String
  package let tool: String
  package let status: String
  package let certainty: String
  package let attempts: [Attempt]
  /// Who answered.
  package let via: String?
  /// What the client waited, in milliseconds.
  package let duration: Double
  /// The proxy's share of that, in milliseconds.
  package let overhead: Double
  /// Faults injected into its attempts.
  package let injected: [String]
  /// Whether the tool is declared safe to repeat.
  package let isSafe: Bool
  /// The breaker of the endpoint that was asked last, after that.
  package let breaker: String
  /// In the currency of the configuration.
  package let cost: Double?
  /// Whether the server reported the cost, not the configuration.
  package let isCostReported: Bool

  /// `nil` if this is no line about a call.
  package init?(_ line: [UInt8]) {
    guard let document = try? JSONDocument.parse(line), document.root["type"]?.string == "call"
    else { return nil }
    func text(_ name: String) -> String? { document.root[name]?.string }
    func number(_ name: String) -> Double? { document.root[name]?.double(in: document.bytes) }
    guard let id = text("id"), let server = text("server"), let tool = text("tool"),
      let status = text("status"), let certainty = text("certainty"),
      let duration = number("dur_ms"), let overhead = number("overhead_ms")
    else { return nil }
    (self.id, self.server, self.tool) = (id, server, tool)
    (self.status, self.certainty) = (status, certainty)
    (self.duration, self.overhead) = (duration, overhead)
    via = text("via")
    injected = (document.root["injected"]?.array ?? []).compactMap(\.string)
    isSafe = text("effect") == "safe"
    breaker = text("breaker") ?? ""
    cost = number("cost_usd")
    isCostReported = text("cost_source") == "provider"
    attempts = (document.root["attempts"]?.array ?? []).map { entry in
      Attempt(
        endpoint: entry["endpoint"]?.string ?? "?",
        certainty: entry["certainty"]?.string ?? "?",
        reason: entry["reason"]?.string
      )
    }
  }

  /// Every line about a call in the bytes of a file.
  package static func all(in bytes: [UInt8]) -> [CallUsage] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap { CallUsage(Array($0)) }
  }

  /// The line about the request `id` among those of a file.
  package static func find(_ id: String, in bytes: [UInt8]) -> CallUsage? {
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    return lines.lazy.compactMap { CallUsage(Array($0)) }.first { $0.id == id }
  }

  /// The attempts that brought no answer to give.
  ///
  /// One that was answered but not for good had an internal error: nothing else goes on after an
  /// answer.
  package var failures: [Attempt] {
    let isAnswered = via != nil
    return isAnswered ? Array(attempts.dropLast()) : attempts
  }

  /// The course of the call in a few words: what broke, then who answered.
  package var course: String {
    let broke = failures.map { $0.reason ?? "internal_error" }
    return (broke + [via ?? status]).joined(separator: ", ")
  }
}
