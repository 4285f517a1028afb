/// The configuration the demo runs with: mcp-proxy.json of the repository, letter by letter.
///
/// Kept in the program because it must run where there is nothing but the program.
package enum DemoConfiguration {
  package static let text = #"""
    {
      "mcpServers": {
        "notes": {
          "command": "${mcpProxy}",
          "args": [
            "example-server", "--name", "notes",
            "--die-on", "write_note:2", "--die-on", "slow", "--error-on", "add"
          ],
          "fallback": ["notes-backup"],
          "concurrency": { "max": 1 },
          "breaker": { "consecutive": 3, "open": "30s" },
          "retry": { "attempts": 1 },
          "restart": { "base": "20ms" },
          "cost": { "from": "/_meta/usageTotalUsd" },
          "tools": {
            "price": { "rateLimit": { "calls": 1, "per": "1h", "burst": 1, "onLimit": "reject" } }
          }
        },
        "notes-backup": {
          "command": "${mcpProxy}",
          "args": ["example-server", "--name", "notes-backup", "--tools", "echo,add,slow"],
          "hidden": true,
          "concurrency": { "max": 1 }
        }
      }
    }

    """#
}
