using Tornadose.SignalR;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;

namespace Tornadose.Benchmarks.Servers;

/// <summary>Stores on every transport, as an application maps them.</summary>
internal static class TornadoseServer
{
    private static readonly TimeSpan NeverSilent = TimeSpan.FromHours(1); // the load client answers no pings

    private const int Capacity = 65_536; // more than is published while a reader falls behind: lost messages would look like speed

    public static Task<int> RunAsync(Options command)
    {
        var builder = KestrelServer.CreateBuilder(command);
        KestrelServer.AddHubs(builder.Services);
        builder.Services.ConfigureHttpJsonOptions(
            static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ReadingJson.Default));
        var tornadose = builder.Services.AddTornadose(static options =>
            {
                options.KeepAliveTimeout = NeverSilent;
                options.MaxReplayedPerSecond = null; // all subscribers have one address
            })
            .AddQueueStore("bench", static store => store.Capacity = Capacity)
            .AddQueueStore("many/{id}");
        if (command.Value("redis") is { } redis)
            tornadose.AddStackExchangeRedis(redis);
        var app = builder.Build();
        app.MapStores("/stores");
        app.MapStoreHub("/hub");
        app.MapPost("/publish/{**store}", PublishAsync);
        app.MapPost("/publish-to-each/{count:int}", PublishToEachAsync);
        app.MapGet("/publish-cost", PublishCostAsync);
        app.MapGet("/publish-batches", PublishBatchesAsync);
        return KestrelServer.RunAsync(app);
    }

    private static async Task PublishAsync(string store, HttpContext context, IStoreProvider stores)
    {
        var body = await KestrelServer.ReadBodyAsync(context.Request);
        if (context.Request.ContentType == "application/json")
            await stores.GetStore(store).PublishAsync(System.Text.Json.JsonSerializer.Deserialize(body, ReadingJson.Default.Reading)!);
        else
            await stores.GetStore(store).PublishUtf8Async(body);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task PublishToEachAsync(int count, HttpContext context, IStoreProvider stores)
    {
        var body = await KestrelServer.ReadBodyAsync(context.Request);
        for (var i = 0; i < count; i++)
            await stores.GetStore($"many/{i}").PublishUtf8Async(body);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Messages a second of one publisher that awaits each call.</summary>
    private static async Task<string> PublishBatchesAsync(int size, double seconds, [FromKeyedServices("bench")] IStore store)
    {
        var batch = Enumerable.Repeat(new string('x', 64), size).ToArray();
        var began = Stopwatch.GetTimestamp();
        var published = 0L;
        for (; Stopwatch.GetElapsedTime(began).TotalSeconds < seconds; published += size)
            await (size == 1 ? store.PublishAsync(batch[0]) : store.PublishManyAsync(batch));
        return string.Create(CultureInfo.InvariantCulture, $"{published / Stopwatch.GetElapsedTime(began).TotalSeconds:0}");
    }

    /// <summary>
    /// What one call of publish costs in this process: the medians of its time in nanoseconds, and of what it allocates in bytes.
    /// </summary>
    private static async Task<string> PublishCostAsync(int calls, int pauseMilliseconds, [FromKeyedServices("bench")] IStore store)
    {
        var nanoseconds = new List<double>();
        var bytes = new List<long>();
        var message = new byte[64];
        Array.Fill(message, (byte)'x');
        for (var i = 0; i < calls; i++)
        {
            await Task.Delay(pauseMilliseconds);
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            var published = store.PublishUtf8Async(message);
            nanoseconds.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
            bytes.Add(GC.GetAllocatedBytesForCurrentThread() - allocated);
            await published;
        }

        nanoseconds.Sort();
        bytes.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{nanoseconds[calls / 2]} {bytes[calls / 2]}");
    }
}
