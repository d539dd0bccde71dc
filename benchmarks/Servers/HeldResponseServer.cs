using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.Benchmarks.Servers;

/// <summary>
/// The least memory that an open stream can hold on Kestrel: a started response and a wait. And the least work that a fan-out over
/// Kestrel can do: one loop, one frame that is created once, one write and one flush for each response. It does not wait for slow
/// readers, and keeps nothing.
/// </summary>
internal static class HeldResponseServer
{
    private static readonly ConcurrentDictionary<PipeWriter, bool> Responses = new();

    public static Task<int> RunAsync(Options command)
    {
        var builder = KestrelServer.CreateBuilder(command);
        builder.Services.AddSignalR(); // the middleware that it brings, such as authorization, runs before both
        var app = builder.Build();
        app.MapGet("/held", HoldAsync);
        app.MapGet("/bare", ReceiveAsync);
        app.MapPost("/publish", PublishAsync);
        return KestrelServer.RunAsync(app);
    }

    private static async Task HoldAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.BodyWriter.WriteAsync(":\n\n"u8.ToArray());
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.UnsafeRegister(
            static state => ((TaskCompletionSource)state!).TrySetResult(), gone);
        await gone.Task;
    }

    private static async Task ReceiveAsync(HttpContext context)
    {
        Responses.TryAdd(context.Response.BodyWriter, true);
        try
        {
            await HoldAsync(context);
        }
        finally
        {
            Responses.TryRemove(context.Response.BodyWriter, out _);
        }
    }

    private static async Task PublishAsync(HttpContext context)
    {
        var body = await KestrelServer.ReadBodyAsync(context.Request);
        var frame = Encoding.UTF8.GetBytes($"data: {Encoding.UTF8.GetString(body)}\n\n");
        foreach (var (output, _) in Responses)
        {
            output.Write(frame);
            _ = output.FlushAsync();
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
