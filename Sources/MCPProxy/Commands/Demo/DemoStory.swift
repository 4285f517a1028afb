/// Tells what happened in a session, for people: facts in, text out.
package struct DemoStory: Sendable {
  private let page: TextPage

  package init(_ page: TextPage) {
    self.page = page
  }

  /// Where the text of a step begins, behind its labels.
  private static let indent = 15

  // MARK: Opening

  /// What is shown, and by whom.
  package var opening: String {
    let calls = DemoStep.all.count
    return page.paragraph(
      "What a client sees when a server behind mcp-proxy fails: \(calls) calls, one after the "
        + "other, and what became of each."
    )
      + "\n"
      + server(
        "notes",
        "The server the client calls. It answers every add with an error, dies on slow, and "
          + "dies on the second write_note after a start. price is limited to one call an hour."
      )
      + server(
        "notes-backup",
        "Its stand-in for echo, add and slow; the client does not see it."
      )
  }

  private func server(_ name: String, _ text: String) -> String {
    page.paragraph(text, label: "  \(name)", indent: Self.indent + 2, .bold)
  }

  // MARK: Steps

  /// The handshake or the list of tools; neither is a call, so the log has no line about them.
  package func handshake(_ request: DemoRequest, _ answer: ProxyAnswer, ms: Double) -> String {
    var said = answer.greeting ?? answer.text
    if let tools = answer.tools {
      let first = tools.first.map { ", the first is \($0)" } ?? ""
      said = "\(tools.count) tools\(first)"
    }
    let isGreeting = request.method == "initialize"
    return "\n" + page.heading(isGreeting ? "The client connects" : "It asks for the tools")
      + line("asked", request.method)
      + line("answer", said, answer.isSuccess ? .green : .red)
      + line("took", Self.time(ms))
  }

  /// One call.
  package func step(_ call: DemoCall) -> String {
    let usage = call.usage
    let request = [call.request.tool ?? call.request.method, call.request.arguments]
    var text = "\n" + page.heading("\(call.step.id). \(call.step.title)")
    text += line("asked", request.joined(separator: " "))
    for failure in usage.failures { text += line("broke", broke(failure, usage), .yellow) }
    if call.answer.isSuccess {
      text += line("answer", call.answer.text, .green)
    } else {
      text += line("model reads", call.answer.text, .red)
    }
    let facts = [whoAnswered(usage), "in \(Self.time(usage.duration))", Self.cost(usage)]
    text += line("answered by", facts.joined(separator: ", "))
    if let difference = call.difference { text += line("differs", difference, .red) }
    return text
  }

  private func line(_ label: String, _ text: String, _ tint: TextPage.Tint = .faint) -> String {
    page.paragraph(text, label: "  \(label)", indent: Self.indent, tint)
  }

  private func broke(_ failure: CallUsage.Attempt, _ usage: CallUsage) -> String {
    let name = failure.endpoint
    switch (failure.reason, failure.certainty) {
    case (nil, _): return "\(name) answered with an internal error"
    case ("server_died", "unknown"): return "\(name) died during the call"
    case ("server_died", _): return "\(name) is being restarted; the call was not sent there"
    case ("tool_open", _):
      return "the breaker of \(usage.tool) at \(name) is open; the call was not sent there"
    case ("rate_limited", _): return "the limit of \(usage.tool) is used up; the call was not sent"
    case (let reason?, "not_sent"): return "\(name): \(reason); the call was not sent there"
    case (let reason?, _): return "\(name): \(reason)"
    }
  }

  private func whoAnswered(_ usage: CallUsage) -> String {
    guard let via = usage.via else { return "nobody" }
    if via != usage.server { return "\(via), the fallback" }
    return usage.failures.contains { $0.certainty != "not_sent" } ? "\(via), by retry" : via
  }

  private static func cost(_ usage: CallUsage) -> String {
    if let cost = usage.cost {
      return "cost \(cost) USD" + (usage.isCostReported ? " (reported by the server)" : "")
    }
    if usage.certainty == "not_sent" { return "no cost as it was not sent" }
    return usage.via == nil ? "cost unknown" : "no cost reported"
  }

  /// Milliseconds, as exact as they are of interest.
  private static func time(_ milliseconds: Double) -> String {
    let unit = milliseconds < 10 ? 100.0 : 1
    let rounded = (milliseconds * unit).rounded() / unit
    return "\(unit == 1 ? "\(Int(rounded))" : "\(rounded)") ms"
  }
}

// MARK: - The end

extension DemoStory {
  /// Totals of the calls, and what to try next.
  package func closing(_ calls: [DemoCall]) -> String {
    "\n" + page.heading("In all") + totals(calls) + "\n"
      + page.heading("Next, with servers of your own") + Self.next
  }

  private func totals(_ calls: [DemoCall]) -> String {
    let answerers = Set(calls.compactMap(\.usage.via)).sorted()
    let answered = answerers.map { name in
      "\(calls.count { $0.usage.via == name }) by \(name)"
    }
    let unanswered = calls.filter { $0.usage.via == nil }
    let refused = unanswered.count { $0.usage.certainty == "not_sent" }
    let costs = calls.compactMap(\.usage.cost)
    let overheads = calls.map(\.usage.overhead).sorted()
    let median = overheads.isEmpty ? 0 : overheads[(overheads.count - 1) / 2]
    return line("calls", "\(calls.count)")
      + line("answered", answered.isEmpty ? "none" : answered.joined(separator: ", "))
      + line("refused", "\(refused), not sent anywhere")
      + line("lost", "\(unanswered.count - refused), which may have run")
      + line("cost", "\(costs.reduce(0, +)) USD, reported for \(costs.count) of them")
      + line("overhead", "\(Self.time(median)) a call is the proxy's own (p50)")
  }

  private static let next = """
      mcp-proxy check
          reads your mcp-proxy.json and names every mistake; starts nothing
      claude mcp add proxy -- mcp-proxy run --config /absolute/path/mcp-proxy.json
          registers it in a client; others take the same command and arguments
      mcp-proxy run -- npx -y some-server
          guards one server, no file needed

    """
}
