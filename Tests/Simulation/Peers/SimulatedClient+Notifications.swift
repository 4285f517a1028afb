// What the client is told without having asked.
extension SimulatedClient {
  func notified(
    _ json: TinyJSON,
    _ message: Range<Int>,
    _ method: String,
    _ world: World
  ) {
    switch method {
    case "notifications/cancelled":
      guard let id = json.int(json.at(message, "params", "requestId")) else { return }
      openQuestions.remove(id)
      world.goals.saw(.questionTakenBack)
    case "notifications/progress":
      let token = json.text(json.at(message, "params", "progressToken")) ?? ""
      guard let k = Int(token.dropFirst()), let call = calls[k] else {
        return world.fail("P2", "the client got progress under the unknown token \(token)")
      }
      if call.answers > 0, uses(of: k) == 1 {
        world.fail("P1", "k=\(k) made progress after its answer")
      }
      world.goals.saw(.progressPassedOn)
    case "notifications/tools/list_changed": world.goals.saw(.listChanged)
    default: break
    }
  }
}
