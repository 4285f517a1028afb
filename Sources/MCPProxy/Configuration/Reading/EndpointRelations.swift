/// Checks what endpoints say about one another.
struct EndpointRelations {
  let endpoints: [EndpointConfiguration]
  /// The fields of each entry, for places in messages.
  let fields: [String: ConfigurationFields]

  func check(_ problems: inout ProblemList) {
    checkFallbacks(&problems)
    checkCycles(&problems)
    checkPrefixes(&problems)
    problems.endpoint = nil
  }

  private func checkFallbacks(_ problems: inout ProblemList) {
    let disabled = Set(endpoints.lazy.filter(\.disabled).map(\.name))
    let names = Set(endpoints.map(\.name))
    for endpoint in endpoints {
      problems.endpoint = endpoint.name
      var seen: Set<String> = []
      for fallback in fields[endpoint.name]?.texts("fallback") ?? [] {
        let name = fallback.text
        if !seen.insert(name).inserted {
          let message = "fallback \"\(name)\" is there twice"
          problems.report(.warning, .duplicate, at: fallback.offset, message)
        } else if name == endpoint.name {
          let message = "\"\(name)\" cannot be its own fallback"
          problems.report(.error, .fallbackCycle, at: fallback.offset, message)
        } else if !names.contains(name) {
          let others = names.filter { $0 != endpoint.name }.sorted()
          let clause = Suggestion.clause(for: name, in: others)
          let message = "fallback \"\(name)\" is not a server\(clause)"
          problems.report(.error, .noEndpoint, at: fallback.offset, message)
        } else if disabled.contains(name) {
          let message = "fallback \"\(name)\" is disabled"
          problems.report(.warning, .conflict, at: fallback.offset, message)
        }
      }
    }
  }

  /// Reports the step that closes a circle, in the order of the file: without it there is none.
  private func checkCycles(_ problems: inout ProblemList) {
    var done: Set<String> = []
    for endpoint in endpoints { follow(endpoint.name, [], &done, &problems) }
  }

  private func follow(
    _ name: String,
    _ trail: [String],
    _ done: inout Set<String>,
    _ problems: inout ProblemList
  ) {
    if done.contains(name) { return }
    let trail = trail + [name]
    for fallback in fields[name]?.texts("fallback") ?? [] where fallback.text != name {
      if let start = trail.firstIndex(of: fallback.text) {
        let circle = (trail[start...] + [fallback.text]).joined(separator: " → ")
        problems.endpoint = name
        let message = "fallbacks go round in a circle: \(circle)"
        problems.report(.error, .fallbackCycle, at: fallback.offset, message)
      } else {
        follow(fallback.text, trail, &done, &problems)
      }
    }
    done.insert(name)
  }

  /// Two servers under one prefix that list tools would fight for names.
  private func checkPrefixes(_ problems: inout ProblemList) {
    var owners: [String: String] = [:]
    for endpoint in endpoints where !endpoint.disabled && !endpoint.hidden {
      if endpoint.prefix.isEmpty { continue }
      guard let owner = owners.updateValue(endpoint.name, forKey: endpoint.prefix) else { continue }
      problems.endpoint = endpoint.name
      let own = fields[endpoint.name]
      let offset = own?["prefix"]?.offset ?? own?.entryOffset ?? 0
      let message = "\"\(owner)\" has the prefix \"\(endpoint.prefix)\" too"
      problems.report(.error, .prefix, at: offset, message)
    }
  }
}
