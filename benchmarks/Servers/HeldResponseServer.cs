using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Tornadose.Benchmarks.Servers;

/// <summary>The least that an open stream can hold on Kestrel: a response that was begun, and a wait.</summary>
internal static class HeldResponseServer
{
    public static Task<int> RunAsync(Options command)
    {
        var app = KestrelServer.CreateBuilder(command).Build();
        app.MapGet("/held", HoldAsync);
        app.MapPost("/publish", static () => TypedResults.NoContent());
        return KestrelServer.RunAsync(app);
    }

    private static async Task HoldAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.WriteAsync(":\n\n"u8.ToArray());
        await context.Response.Body.FlushAsync();
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), gone);
        await gone.Task;
    }
}
