// What the client knows of the tools it calls, and what it sends that is no request.
extension SimulatedClient {
  /// Good answers in a row from a tool's own endpoint since the faults ended.
  func goodCalls(_ endpoint: Int, _ tool: String) -> Int {
    quietCalls[Tool(endpoint: endpoint, name: tool)]?.good ?? 0
  }

  func lastCall(_ tool: Tool) -> Instant? { quietCalls[tool]?.last }

  /// How many requests bear the id of this one.
  func uses(of k: Int) -> Int { calls[k].map { idUses[$0.id] ?? 0 } ?? 0 }

  /// An id that is in use and not cancelled.
  var idInUse: String? {
    let open = calls.values.filter { $0.answers == 0 && !$0.isCancelled && $0.isCall }
    return open.map(\.k).min().flatMap { calls[$0] }.map { String(decoding: $0.id, as: UTF8.self) }
  }

  func noteAnswer(_ call: ClientRequest, isGood: Bool, _ world: World) {
    guard case .call(let endpoint, let tool) = call.kind else { return }
    let key = Tool(endpoint: endpoint, name: tool)
    guard quietCalls[key]?.k == call.k else { return }
    let good = isGood ? goodCalls(endpoint, tool) + 1 : 0
    quietCalls[key]?.good = good
  }

  /// A line that is no message; each earns one error without an id.
  func sendNonsense(_ world: World) {
    guard input.writerIsOpen else { return }
    expectedNulls += 1
    send(world.random.pick(["nonsense", #"{"jsonrpc":"2.0","id":7,"#, "[]", "{]"]), world)
  }

  struct Tool: Hashable {
    let endpoint: Int
    let name: String
  }

  struct QuietCall {
    let k: Int
    var last: Instant
    var good = 0
  }
}
