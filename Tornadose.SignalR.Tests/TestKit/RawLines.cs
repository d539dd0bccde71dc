using System.Text;
using System.Text.Json;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>JSON lines read from a bare socket, at the reader's own pace.</summary>
public sealed class RawLines : IAsyncDisposable
{
    private readonly List<byte> _bytes = [];

    private RawLines(RawHttp http) => Http = http;

    public RawHttp Http { get; }

    /// <summary>Opens the stream, up to the empty line that it begins with.</summary>
    public static async Task<RawLines> OpenAsync(Uri url, int? receiveBufferBytes = null, params (string Name, string Value)[] headers)
    {
        var http = await RawHttp.SendAsync(
            url, "GET", [("Accept", "application/x-ndjson"), .. headers], receiveBufferBytes: receiveBufferBytes);
        Assert.Equal(200, http.Status);
        var lines = new RawLines(http);
        Assert.Equal("", await lines.NextAsync());
        return lines;
    }

    /// <summary>The next line without its LF; empty for a keep-alive.</summary>
    public async Task<string> NextAsync()
    {
        int end;
        while ((end = _bytes.IndexOf((byte)'\n')) < 0)
        {
            var piece = await Http.ReadAsync();
            if (piece.Length == 0)
                throw new EndOfStreamException("The lines ended.");
            _bytes.AddRange(piece);
        }

        var line = Encoding.UTF8.GetString([.. _bytes.Take(end)]);
        _bytes.RemoveRange(0, end + 1);
        return line;
    }

    public async Task<JsonElement> NextObjectAsync()
    {
        string line;
        do
            line = await NextAsync();
        while (line.Length == 0);
        return JsonElement.Parse(line);
    }

    public ValueTask DisposeAsync() => Http.DisposeAsync();
}
