using System.Reflection;
using System.Text.Json;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// A real client library running in Node: one of the scripts in <c>TestKit/Node</c>, which prints one JSON object a
/// line with the property <c>type</c>, and takes commands as JSON lines. Each script documents its own.
/// </summary>
public sealed class NodeClient : IAsyncDisposable
{
    private readonly LineProcess _process;

    private NodeClient(LineProcess process) => _process = process;

    private static string Scripts { get; } = typeof(NodeClient).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "NodeClients").Value!;

    /// <summary>npm <c>eventsource</c>: see <c>eventsource.mjs</c> for the options.</summary>
    public static NodeClient EventSource(Uri url, object? options = null) => Start("eventsource.mjs", url, options);

    /// <summary>npm <c>ws</c>: see <c>ws.mjs</c>.</summary>
    public static NodeClient WebSocket(Uri url, object? options = null) => Start("ws.mjs", url, options);

    /// <summary>npm <c>@microsoft/signalr</c>: see <c>signalr.mjs</c>.</summary>
    public static NodeClient SignalR(Uri url, object? options = null) => Start("signalr.mjs", url, options);

    /// <summary>Runs a script with a URL and its options.</summary>
    public static NodeClient Start(string script, Uri? url = null, object? options = null)
    {
        if (!Directory.Exists(Path.Combine(Scripts, "node_modules")))
            throw new InvalidOperationException($"Run eng/test.sh, or 'npm ci' in {Scripts}, before the tests with Node clients.");
        string[] arguments = [Path.Combine(Scripts, script), url?.ToString() ?? "", JsonSerializer.Serialize(options ?? new { })];
        return new NodeClient(LineProcess.Start("node", arguments, Scripts));
    }

    /// <summary>Sends a command: it is written as one line of JSON.</summary>
    public Task SendAsync(object command) => _process.WriteLineAsync(JsonSerializer.Serialize(command));

    /// <summary>The next line of any type; null when the script has ended.</summary>
    public async Task<JsonElement?> NextOrEndAsync(TimeSpan? timeout = null) =>
        await _process.NextOrEndAsync(timeout) is { } line ? JsonElement.Parse(line) : null;

    public async Task<JsonElement> NextAsync(TimeSpan? timeout = null) => JsonElement.Parse(await _process.NextAsync(timeout));

    /// <summary>The next line of a type; skips lines of other types before it.</summary>
    public async Task<JsonElement> NextAsync(string type, TimeSpan? timeout = null)
    {
        JsonElement line;
        do
            line = await NextAsync(timeout);
        while (line.GetProperty("type").GetString() != type);
        return line;
    }

    public async Task<IReadOnlyList<JsonElement>> TakeAsync(string type, int count, TimeSpan? timeout = null)
    {
        var lines = new List<JsonElement>(count);
        while (lines.Count < count)
            lines.Add(await NextAsync(type, timeout));
        return lines;
    }

    /// <summary>Asks the script to end by itself and waits for that.</summary>
    public Task<int> EndAsync()
    {
        _process.CloseInput();
        return _process.ExitCodeAsync();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
