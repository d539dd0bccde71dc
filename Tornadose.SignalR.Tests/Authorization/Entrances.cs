using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>Every entrance to a store of <see cref="RolesApp"/>, tried by a user: the result as an HTTP status and as text.</summary>
internal static class Entrances
{
    public static readonly string[] Http =
    [
        "GET sse", "GET ndjson", "GET json", "HEAD", "websocket", "websocket raw", "GET sse resume", "websocket resume", "GET json resume",
        "list sse", "list ndjson", "list json", "list websocket",
        "GET wait", "GET wait resume", "list wait", "GET own", "GET own resume", "list own",
        "POST publish", "POST ticket", "ticket sse", "ticket websocket",
    ];

    public static readonly string[] Hubs =
        [.. from hub in new[] { "hub", "derived" }
            from method in new[] { "Subscribe", "Resume", "Watch", "WatchAfter", "Publish", "PublishWith" }
            select $"{hub} {method}"];

    /// <param name="Status">200 for an admitted user.</param>
    /// <param name="Words">The text of a refusal, headers included.</param>
    public sealed record Answer(int Status, string Words);

    public static Task<Answer> TryAsync(TestHost host, string entrance, string store, string? user, string? after = null) =>
        Hubs.Contains(entrance) ? TryHubAsync(host, entrance, store, user, after) : TryHttpAsync(host, entrance, store, user, after);

    private static async Task<Answer> TryHttpAsync(TestHost host, string entrance, string store, string? user, string? after)
    {
        List<(string, string)> headers = user is null ? [] : [("X-User", user)];
        if (entrance.StartsWith("ticket ", StringComparison.Ordinal))
            return await TryTicketAsync(host, entrance, store, headers);
        if (entrance.EndsWith("resume", StringComparison.Ordinal))
            headers.Add(("Last-Event-ID", after ?? "x"));
        var method = entrance == "HEAD" ? "HEAD" : entrance.StartsWith("POST", StringComparison.Ordinal) ? "POST" : "GET";
        headers.AddRange(
            entrance.Contains("websocket", StringComparison.Ordinal) ? RawWs.HandshakeHeaders : [("Accept", AcceptOf(entrance))]);
        if (entrance == "websocket raw")
            headers.Add(("Sec-WebSocket-Protocol", "tornadose.raw"));
        var url = host.Url(
            entrance.StartsWith("list", StringComparison.Ordinal) ? $"/stores?store=plain&store={store}"
            : entrance == "POST ticket" ? "/stores/_ticket"
            : $"/stores/{store}");
        if (entrance.Contains("wait", StringComparison.Ordinal))
            url = new Uri($"{url}{(url.Query.Length == 0 ? '?' : '&')}wait=0s");
        headers.Add(("Content-Type", entrance == "POST ticket" ? "application/json" : "text/plain"));
        return await SendAsync(url, method, headers, method == "POST" ? BodyOf(entrance, store) : null);
    }

    private static string AcceptOf(string entrance) => entrance switch
    {
        _ when entrance.Contains("wait", StringComparison.Ordinal) => "*/*",
        _ when entrance.Contains("own", StringComparison.Ordinal) => "application/cloudevents+x-ndjson",
        _ when entrance.Contains("ndjson", StringComparison.Ordinal) => "application/x-ndjson",
        _ when entrance.Contains("json", StringComparison.Ordinal) => "application/json",
        _ => "text/event-stream",
    };

    private static byte[] BodyOf(string entrance, string store) =>
        entrance == "POST ticket" ? Encoding.UTF8.GetBytes($$"""{"stores":["{{store}}"],"transport":"sse"}""") : "text"u8.ToArray();

    private static async Task<Answer> SendAsync(Uri url, string method, List<(string, string)> headers, byte[]? body)
    {
        await using var answer = await RawHttp.SendAsync(url, method, headers, body);
        if (answer.Status is 200 or 101)
            return new(200, "");
        var said = string.Join(
            '\n', answer.Headers.Where(header => header.Key is not "Date").Select(header => $"{header.Key}: {header.Value}"));
        return new(answer.Status, $"{said}\n\n{(method == "HEAD" ? "" : await answer.ReadTextAsync())}");
    }

    /// <summary>Tries the entrance for tickets, then that of the stream.</summary>
    private static async Task<Answer> TryTicketAsync(TestHost host, string entrance, string store, List<(string, string)> headers)
    {
        var transport = entrance.Split(' ')[1];
        await using var asked = await host.AskAsync($$"""{"stores":["{{store}}"],"transport":"{{transport}}"}""", [.. headers]);
        if (asked.Status != 200)
            return new(asked.Status, await asked.ReadTextAsync());
        var ticket = JsonElement.Parse(await asked.ReadTextAsync()).GetProperty("ticket").GetString()!;
        return await SendAsync(
            host.Url($"/stores/{store}?ticket={ticket}"), "GET",
            transport == "websocket" ? [.. RawWs.HandshakeHeaders] : [("Accept", "text/event-stream")], null);
    }

    private static async Task<Answer> TryHubAsync(TestHost host, string entrance, string store, string? user, string? after)
    {
        var (hub, method) = (entrance.Split(' ')[0], entrance.Split(' ')[1]);
        object?[] arguments = method switch
        {
            "Publish" => [store, "text"],
            "PublishWith" => [store, "text", "type", null],
            "Resume" or "WatchAfter" => [store, after ?? "x"],
            _ => [store],
        };
        await using var connection = await HubClient.StartAsync(host.WebSocketUrl(user is null ? $"/{hub}" : $"/{hub}?user={user}"));
        try
        {
            if (method.StartsWith("Watch", StringComparison.Ordinal))
                await WatchAsync(host, connection, method, arguments);
            else
                await connection.InvokeCoreAsync<string>(method, arguments).WithTimeout();
            return new(200, "");
        }
        catch (HubException refused)
        {
            var words = refused.Message.Split("HubException: ")[^1];
            Assert.DoesNotContain("Exception", words, StringComparison.Ordinal);
            // SignalR has no statuses
            return new(words.Contains("no such store", StringComparison.Ordinal) ? 404 : user is null ? 401 : 403, words);
        }
    }

    /// <summary>A refused stream shows the refusal only when it is read: it returns an error, or it is registered.</summary>
    private static async Task WatchAsync(TestHost host, HubConnection connection, string method, object?[] arguments)
    {
        var registry = host.Get<SubscriberRegistry>();
        await host.UntilSubscribersAsync(0);
        var stream = await connection.StreamAsChannelCoreAsync<object>(method, arguments).WithTimeout();
        var read = stream.WaitToReadAsync().AsTask();
        await Eventually.TrueAsync(() => read.IsCompleted || registry.Subscribers.Any());
        if (read.IsCompleted)
            await read;
    }
}
