using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// An event stream read from a bare socket, at the reader's own pace: data stays unread until a test asks for it, so a reader
/// that stops asking is a stalled reader.
/// </summary>
public sealed class RawSse : IAsyncDisposable
{
    private readonly SseReader _parser = new();
    private readonly List<byte> _bytes = [];
    private int _taken;

    private RawSse(RawHttp http) => Http = http;

    public RawHttp Http { get; }

    /// <summary>Everything received so far.</summary>
    public string Text => Encoding.UTF8.GetString([.. _bytes]);

    public IReadOnlyList<string> Comments => _parser.Comments;

    public string LastEventId => _parser.LastEventId;

    public long? ReconnectionTime => _parser.ReconnectionTime;

    /// <summary>Opens the stream; any status but 200 fails (look at a refusal with <see cref="RawHttp"/>).</summary>
    public static Task<RawSse> OpenAsync(Uri url, params (string Name, string Value)[] headers) =>
        OpenAsync(url, receiveBufferBytes: null, headers);

    public static async Task<RawSse> OpenAsync(Uri url, int? receiveBufferBytes, params (string Name, string Value)[] headers)
    {
        var http = await RawHttp.SendAsync(
            url, "GET", [("Accept", "text/event-stream"), .. headers], receiveBufferBytes: receiveBufferBytes);
        Assert.Equal(200, http.Status);
        return new RawSse(http);
    }

    /// <summary>The next event; null when the stream ended properly; throws when it was cut or nothing came in time.</summary>
    public async Task<SseEvent?> NextOrEndAsync(TimeSpan? timeout = null)
    {
        while (_taken == _parser.Events.Count)
        {
            if (!await FillAsync(timeout))
                return null;
        }

        return _parser.Events[_taken++];
    }

    public async Task<SseEvent> NextAsync(TimeSpan? timeout = null) =>
        await NextOrEndAsync(timeout) ?? throw new EndOfStreamException($"The stream ended after:\n{Text}");

    public async Task<IReadOnlyList<SseEvent>> TakeAsync(int count, TimeSpan? timeout = null)
    {
        var events = new List<SseEvent>(count);
        while (events.Count < count)
            events.Add(await NextAsync(timeout));
        return events;
    }

    /// <summary>Reads on until a condition on this reader holds, for example a number of comments.</summary>
    public async Task UntilAsync(Func<RawSse, bool> condition, TimeSpan? timeout = null)
    {
        while (!condition(this))
        {
            if (!await FillAsync(timeout))
                throw new EndOfStreamException($"The stream ended after:\n{Text}");
        }
    }

    public Task CloseAsync() => Http.CloseAsync();

    public void Abort() => Http.Abort();

    public ValueTask DisposeAsync() => Http.DisposeAsync();

    private async Task<bool> FillAsync(TimeSpan? timeout)
    {
        var piece = await Http.ReadAsync(timeout);
        _bytes.AddRange(piece);
        _parser.Push(piece);
        return piece.Length > 0;
    }
}
