using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.Benchmarks.Servers;

/// <summary>
/// Server-Sent Events as one writes them by hand: a channel for each subscriber, and <c>TypedResults.ServerSentEvents</c>.
/// </summary>
internal static class HandmadeServer
{
    private static readonly Subscribers<string> Texts = new();
    private static readonly Subscribers<Reading> Readings = new();

    public static Task<int> RunAsync(Options command)
    {
        var builder = KestrelServer.CreateBuilder(command);
        builder.Services.ConfigureHttpJsonOptions(
            static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ReadingJson.Default));
        var app = builder.Build();
        app.MapGet("/text", static (HttpContext context) => Texts.Open(context));
        app.MapGet("/json", static (HttpContext context) => Readings.Open(context));
        app.MapPost("/publish", PublishAsync);
        return KestrelServer.RunAsync(app);
    }

    private static async Task PublishAsync(HttpContext context)
    {
        var body = await KestrelServer.ReadBodyAsync(context.Request);
        if (context.Request.ContentType == "application/json")
            Readings.Publish(JsonSerializer.Deserialize(body, ReadingJson.Default.Reading)!);
        else
            Texts.Publish(Encoding.UTF8.GetString(body));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private sealed class Subscribers<T>
        where T : class
    {
        private readonly ConcurrentDictionary<Channel<T>, bool> _channels = new();

        public ServerSentEventsResult<T> Open(HttpContext context)
        {
            var channel = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });
            _channels.TryAdd(channel, true);
            context.Response.OnCompleted(() => Task.FromResult(_channels.TryRemove(channel, out _)));
            return TypedResults.ServerSentEvents(channel.Reader.ReadAllAsync(context.RequestAborted));
        }

        public void Publish(T value)
        {
            foreach (var (channel, _) in _channels)
                channel.Writer.TryWrite(value);
        }
    }
}
