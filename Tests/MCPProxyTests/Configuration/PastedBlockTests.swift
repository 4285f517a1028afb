import MCPProxy
import Testing

/// Blocks in the shapes other programs write, loaded as they are.
struct PastedBlockTests {
  @Test func `a block of Claude Desktop loads`() {
    let loading = Loading(
      #"""
      {
        "mcpServers": {
          "filesystem": {
            "command": "npx",
            "args": ["-y", "some-filesystem-server", "/Users/me/Desktop"],
            "env": { "LOG_LEVEL": "info" }
          }
        },
        "preferences": { "menuBarEnabled": false }
      }
      """#
    )
    var command = Command("npx", ["-y", "some-filesystem-server", "/Users/me/Desktop"])
    command.environment = [("LOG_LEVEL", "info")]
    #expect(loading.command == command)
    #expect(loading.problems.map { $0.suffix(20) } == ["[CONFIG_FOREIGN_KEY]"])
  }

  @Test func `a block of Cursor loads`() {
    let loading = Loading(
      #"""
      {
        "mcpServers": {
          "db": {
            "type": "stdio",
            "command": "${workspaceFolder}/bin/db-server",
            "args": ["--home=${userHome}", "--sep=${pathSeparator}${/}"],
            "envFile": "${workspaceFolder}/.env"
          },
          "remote": { "url": "https://example.org/mcp", "headers": { "A": "${env:A}" }, "auth": {} }
        }
      }
      """#,
      files: ["/project/.env": "KEY=1"]
    )
    var command = Command("/project/bin/db-server", ["--home=/home/me", "--sep=//"])
    command.environment = [("KEY", "1")]
    #expect(loading.command == command)
    #expect(loading.problems.count == 1)
    #expect(loading.problems.first?.hasSuffix("[CONFIG_NOT_SUPPORTED]") == true)
  }

  @Test func `a block of VS Code loads`() {
    let loading = Loading(
      #"""
      {
        // Comments are usual there.
        "inputs": [{ "type": "promptString", "id": "api-key", "password": true }],
        "servers": {
          "search": {
            "type": "stdio",
            "command": "node",
            "args": ["${workspaceFolder}/server.js"],
            "env": { "KEY": "${input:api-key}" },
            "sandboxEnabled": true,
            "sandbox": {},
            "dev": { "watch": "**/*.js", "debug": { "type": "node" } },
          },
        },
      }
      """#,
      environment: ["MCP_PROXY_INPUT_API_KEY": "secret"]
    )
    var command = Command("node", ["/project/server.js"])
    command.environment = [("KEY", "secret")]
    #expect(loading.command == command)
    #expect(loading.problems.isEmpty)
  }

  @Test func `an entry with the keys of Codex loads`() {
    let loading = Loading(
      #"""
      {
        "mcp_servers": {
          "docs": {
            "command": "docs-server", "cwd": "work", "env_vars": ["TOKEN", "UNSET"],
            "startup_timeout_sec": 20, "tool_timeout_sec": 45, "enabled": true, "required": true,
            "enabled_tools": ["search"], "disabled_tools": ["delete"],
            "tools": { "search": { "approval_mode": "approve" } }
          }
        }
      }
      """#,
      environment: ["TOKEN": "t"]
    )
    var command = Command("docs-server")
    command.environment = [("TOKEN", "t")]
    command.directory = "/folder/work"
    #expect(loading.command == command)
    #expect(loading.problems.isEmpty)
    #expect(loading.first?.policy.timeout.start == .seconds(20))
    #expect(loading.first?.policy.timeout.call == .seconds(45))
    #expect(loading.first?.includeTools == ["search"])
    #expect(loading.first?.excludeTools == ["delete"])
    #expect(loading.first?.disabled == false)
  }

  @Test func `an entry with the keys of Goose loads`() {
    let loading = Loading(
      #"""
      {
        "mcpServers": {
          "notes": {
            "name": "notes", "type": "stdio", "cmd": "uvx", "args": ["notes-server"],
            "envs": { "A": "1" }, "env_keys": ["B"], "timeout": 300000, "enabled": false,
            "bundled": null, "description": "Keeps notes"
          }
        }
      }
      """#
    )
    var command = Command("uvx", ["notes-server"])
    command.environment = [("A", "1")]
    #expect(loading.command == command)
    #expect(loading.problems.isEmpty)
    #expect(loading.first?.disabled == true)
  }

  @Test(arguments: [
    #"{ "mcp": { "local": ENTRY } }"#, #"{ "mcp": { "servers": { "local": ENTRY } } }"#,
    #"{ "$schema": "s", "local": ENTRY }"#, #"{ "context_servers": { "local": ENTRY } }"#,
  ])
  func `the shapes of opencode load`(text: String) {
    let entry = #"""
      {
        "type": "local", "command": ["bun", "run", "server.ts"], "args": ["--last"],
        "environment": { "A": "{env:HOME}" }, "timeout": { "startup": 5000, "request": 20000 }
      }
      """#
    let loading = Loading(
      text.replacing("ENTRY", with: entry),
      environment: ["HOME": "/home/me"]
    )
    var command = Command("bun", ["run", "server.ts", "--last"])
    command.environment = [("A", "/home/me")]
    #expect(loading.command == command)
    #expect(loading.problems.isEmpty)
    #expect(loading.first?.name == "local")
    #expect(loading.first?.policy.timeout.start == .seconds(5))
    #expect(loading.first?.policy.timeout.call == .seconds(20))
  }

  @Test func `an entry of Copilot, Gemini or Windsurf loads`() {
    let loading = Loading(
      #"""
      {
        "mcpServers": {
          "a": {
            "command": "x", "tools": ["*"], "trust": true, "alwaysAllow": ["y"],
            "autoApprove": [], "alwaysLoad": true, "disabledTools": ["z"]
          }
        }
      }
      """#
    )
    #expect(loading.problems.isEmpty)
    #expect(loading.first?.includeTools == ["*"])
    #expect(loading.first?.excludeTools == ["z"])
  }

  @Test(arguments: [
    #""url":"https://h/mcp""#, #""serverUrl":"https://h/mcp""#, #""httpUrl":"https://h/mcp""#,
    #""type":"sse","url":"https://h/mcp""#,
    #""type":"streamable-http","url":"https://h/mcp","http_headers":{"A":"b"},"oauth":{}"#,
  ])
  func `an entry with a URL names the way out`(members: String) {
    let loading = Loading(#"{"mcpServers":{"a":{\#(members)},"b":{"command":"x"}}}"#)
    #expect(
      loading.reason?.hasSuffix(
        #"use "command": "npx", "args": ["-y", "mcp-remote", "https://h/mcp"]"#
      ) == true
    )
    #expect(loading.configuration?.endpoints.last?.launch == .process(Command("x")))
    #expect(loading.problems.count == 1)
  }

  @Test(arguments: ["https://h/mcp?key=secret", "https://me:secret@h/mcp"])
  func `an address that may hold a secret is not repeated`(url: String) {
    let loading = Loading(#"{"mcpServers":{"a":{"url":"\#(url)"}}}"#)
    #expect(loading.reason?.hasSuffix(#""mcp-remote", "URL"]"#) == true)
    #expect(!loading.problems.joined().contains("secret"))
  }
}
