using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.LongPolling;

/// <summary>The answer to one request with <c>?wait=…</c>.</summary>
internal sealed record Poll(int Status, string Text, string? RetryAfter)
{
    public JsonElement Json => JsonElement.Parse(Text);

    public string Id => Json.GetProperty("id").GetString()!;

    /// <summary>The data of each message, and the reason of each reset.</summary>
    public IEnumerable<string?> Words => Json.GetProperty("messages").EnumerateArray().Select(static item =>
        item.TryGetProperty("reset", out var reset) ? reset.GetProperty("reason").GetString() : item.GetProperty("data").ToString());

    public static async Task<Poll> GetAsync(Uri url, params (string, string)[] headers)
    {
        await using var http = await RawHttp.GetAsync(url, headers);
        var text = await http.ReadTextAsync();
        if (http.Status == 200)
            Assert.Equal("application/json", http.Header("Content-Type"));
        return new Poll(http.Status, text, http.Header("Retry-After"));
    }

    /// <summary>Starts a request, and returns once the server waits for a message.</summary>
    public static async Task<Task<Poll>> BeginAsync(TestHost host, Uri url, params (string, string)[] headers)
    {
        var before = host.Subscribers();
        var poll = GetAsync(url, headers);
        await host.UntilSubscribersAsync(before + 1);
        return poll;
    }
}
