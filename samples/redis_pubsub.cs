#!/usr/bin/env dotnet
#:sdk Microsoft.NET.Sdk.Web
#:project ../Tornadose.SignalR.StackExchangeRedis/Tornadose.SignalR.StackExchangeRedis.csproj
#:property PublishAot=false
#:property EnableDefaultContentItems=false

// A UUID twice a second, over Redis, and after ten seconds a message from a program that knows only Redis, not this library:
//   dotnet run samples/redis_pubsub.cs [-- --redis localhost:6379 --after 10],  then the page http://localhost:8765/ or
//   curl -N http://localhost:8765/stream
using System.Globalization;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR;

const string Page = """
    <!DOCTYPE html>
    <meta charset="utf-8">
    <link rel="icon" href="data:,">
    <title>Redis</title>
    <p id="message"></p>
    <script>
      const source = new EventSource('/stream');
      source.onmessage = message => { document.getElementById('message').textContent = message.data; };
    </script>
    """;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration["urls"] ??= "http://localhost:8765";
var redis = builder.Configuration["redis"] ??= "localhost:6379";
builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // a missing Redis is reported below
builder.Services.AddTornadose().AddDataStore("stream").AddStackExchangeRedis(redis, options => options.RequireAtStartup = true);
builder.Services.AddHostedService<Uuids>().AddHostedService<Outsider>();

var app = builder.Build();
app.MapGet("/", () => Results.Text(Page, "text/html"));
app.MapStores("/");
try
{
    app.Run();
    return 0;
}
catch (StoreUnavailableException)
{
    Console.Error.WriteLine($"This demo needs Redis, and there is none at {redis}. Start one (redis-server, or docker run -p 6379:6379 " +
        "redis), or say where it is: dotnet run samples/redis_pubsub.cs -- --redis host:port");
    return 1;
}

internal sealed class Uuids([FromKeyedServices("stream")] IStore stream) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        do
            await stream.PublishAsync($"{Guid.NewGuid()}", cancellationToken: stop);
        while (await timer.WaitForNextTickAsync(stop));
    }
}

// What  redis-cli PUBLISH '{tornadose:stream}' 'called later!'  does.
internal sealed class Outsider(IConfiguration configuration) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        await Task.Delay(TimeSpan.FromSeconds(double.Parse(configuration["after"] ?? "10", CultureInfo.InvariantCulture)), stop);
        using var connection = await ConnectionMultiplexer.ConnectAsync(configuration["redis"]!);
        await connection.GetSubscriber().PublishAsync(
            new RedisChannel("{tornadose:stream}", RedisChannel.PatternMode.Literal), "called later!");
    }
}
