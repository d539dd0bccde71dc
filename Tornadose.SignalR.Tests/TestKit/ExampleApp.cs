using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Plain endpoints, without the library, for the tests of this kit's own clients.</summary>
internal static class ExampleApp
{
    public static Task<TestHost> StartAsync() => TestHost.StartAsync(
        builder => builder.Services.AddSignalR(),
        app =>
        {
            app.UseWebSockets();
            app.MapGet("/plain", () => Results.Text("hello"));
            app.MapGet("/sse", StreamAsync);
            app.MapGet("/cut", CutAsync);
            app.MapGet("/echo", EchoAsync);
            app.MapGet("/page", () => Results.Text("<button onclick='document.title=\"clicked\"'>b</button>", "text/html"));
            app.MapHub<EchoHub>("/hub");
        });

    private static async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync($": ok\nretry: 10\n\nid: 1\nevent: seen\ndata: {context.Request.Headers["Last-Event-ID"]}\n\n");
        await context.Response.Body.FlushAsync();
        await context.Response.WriteAsync("id: 2\ndata: a\ndata: b\n\n");
    }

    private static async Task CutAsync(HttpContext context)
    {
        await context.Response.WriteAsync("data: cut");
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[70_000];
        var message = await socket.ReceiveAsync(buffer.AsMemory(), default);
        while (message.MessageType != WebSocketMessageType.Close)
        {
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, default);
            message = await socket.ReceiveAsync(buffer.AsMemory(), default);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
    }

    internal sealed class EchoHub : Hub
    {
        public async Task<string> Echo(string text)
        {
            await Clients.Caller.SendAsync("Message", "store", text);
            return text;
        }

        public async IAsyncEnumerable<int> Count(int upTo)
        {
            for (var number = 1; number <= upTo; number++)
            {
                await Task.Yield();
                yield return number;
            }
        }
    }
}
