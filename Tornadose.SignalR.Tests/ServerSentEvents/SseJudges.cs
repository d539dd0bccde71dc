using System.Net.ServerSentEvents;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.ServerSentEvents;

/// <summary>
/// How clients parse a stream: the framework's parser, and npm's <c>eventsource-parser</c> in one Node process for all streams of a
/// test class. They are independent of each other, and have to agree.
/// </summary>
public sealed class SseJudges : IAsyncDisposable
{
    private readonly NodeClient _node = NodeClient.Start("parse.mjs");

    /// <summary>Parses encoded messages, each as one event after the opening of a stream.</summary>
    public async Task<IReadOnlyList<SseItem<string>>> ParseAsync(params IReadOnlyList<byte[]> encoded)
    {
        var events = await ParseStreamsAsync([.. encoded.Select(static bytes => (byte[][])[":\nretry: 1000\n\n"u8.ToArray(), bytes])]);
        return [.. events.Select(static one => Assert.Single(one))];
    }

    /// <summary>The events of streams, which Node receives in the given pieces.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<SseItem<string>>>> ParseStreamsAsync(params IReadOnlyList<byte[][]> streams)
    {
        await _node.SendAsync(new { streams });
        var other = (await _node.NextAsync("parsed")).GetProperty("streams");
        Assert.Equal(streams.Count, other.GetArrayLength());
        return [.. streams.Zip(other.EnumerateArray(), Agree)];
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    private static IReadOnlyList<SseItem<string>> Agree(byte[][] pieces, JsonElement parsed)
    {
        using var stream = new MemoryStream([.. pieces.SelectMany(static piece => piece)]);
        SseItem<string>[] events = [.. SseParser.Create(stream).Enumerate()];
        Assert.Equal(
            parsed.EnumerateArray().Select(static one => (Text(one, "event") ?? "message", Text(one, "data"), Text(one, "id"))),
            events.Select(static one => ((string, string?, string?))(one.EventType, one.Data, one.EventId)));
        return events;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
