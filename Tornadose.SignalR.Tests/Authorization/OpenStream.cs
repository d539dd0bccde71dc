using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>A stream over one of the wires that reports how it ended.</summary>
internal sealed class OpenStream : IAsyncDisposable
{
    public static readonly string[] Wires = ["sse", "ndjson", "websocket", "hub", "watch"];

    private readonly IAsyncDisposable _client;

    private OpenStream(IAsyncDisposable client, Task<string> end) => (_client, End) = (client, end);

    /// <summary>How it ended: <c>end</c> for a response, the close frame's code and reason, or the hub's error.</summary>
    public Task<string> End { get; }

    public static async Task<OpenStream> OpenAsync(
        TestHost host, string wire, string user = "ann", int? expires = null, string store = RolesApp.Store)
    {
        var before = host.Subscribers();
        List<(string, string)> headers = [("X-User", user)];
        if (expires is not null)
            headers.Add(("X-Expires", $"{expires}"));
        var url = host.Url($"/stores/{store}");
        var stream = wire switch
        {
            "sse" => await ResponseAsync(url, [("Accept", "text/event-stream"), .. headers]),
            "ndjson" => await ResponseAsync(url, [("Accept", "application/x-ndjson"), .. headers]),
            "wait" => Poll(new Uri($"{url}?wait=5m"), headers),
            "websocket" => await WebSocketAsync(url, [.. headers]),
            _ => await HubAsync(host, wire, store, headers),
        };
        await host.UntilSubscribersAsync(before + 1);
        return stream;
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static async Task<OpenStream> ResponseAsync(Uri url, (string, string)[] headers)
    {
        var http = await RawHttp.GetAsync(url, headers);
        Assert.Equal(200, http.Status);
        return new(http, EndAsync());

        async Task<string> EndAsync()
        {
            await http.ReadToEndAsync();
            return "end";
        }
    }

    /// <summary>A long poll, which receives nothing before its answer.</summary>
    private static OpenStream Poll(Uri url, List<(string Name, string Value)> headers)
    {
        var client = new HttpClient();
        headers.ForEach(header => client.DefaultRequestHeaders.Add(header.Name, header.Value));
        return new(new Cancellation(client), EndAsync());

        async Task<string> EndAsync()
        {
            var answer = await client.GetStringAsync(url);
            return answer.Contains("\"messages\":[],\"id\":", StringComparison.Ordinal) ? "end" : answer;
        }
    }

    private static async Task<OpenStream> WebSocketAsync(Uri url, (string, string)[] headers)
    {
        var socket = await RawWs.OpenAsync(url, headers);
        return new(socket, EndAsync());

        async Task<string> EndAsync()
        {
            var close = await socket.UntilCloseAsync();
            await socket.SendCloseAsync(close.CloseCode);
            return $"{close.CloseCode} {close.CloseReason}";
        }
    }

    private static async Task<OpenStream> HubAsync(TestHost host, string wire, string store, List<(string Name, string Value)> headers)
    {
        var closed = new TaskCompletionSource<string>();
        var hub = HubClient.Build(
            host.WebSocketUrl("/hub"),
            configure: options => headers.ForEach(header => options.SetRequestHeader(header.Name, header.Value)));
        hub.Closed += error =>
        {
            closed.TrySetResult(error?.Message ?? "closed");
            return Task.CompletedTask;
        };
        await hub.StartAsync().WithTimeout();
        if (wire == "hub")
        {
            await hub.InvokeAsync<string>("Subscribe", store).WithTimeout();
            return new(hub, closed.Task);
        }

        var stream = await hub.StreamAsChannelAsync<object>("Watch", store).WithTimeout();
        return new(hub, StreamEndAsync());

        async Task<string> StreamEndAsync()
        {
            try
            {
                while (await stream.WaitToReadAsync())
                    await stream.ReadAsync();
                return "completed";
            }
            catch (Exception failure)
            {
                return failure.Message;
            }
        }
    }

    private sealed class Cancellation(HttpClient client) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
