#!/usr/bin/env dotnet
#:sdk Microsoft.NET.Sdk.Web
#:project ../Tornadose.SignalR/Tornadose.SignalR.csproj
#:property PublishAot=false
#:property EnableDefaultContentItems=false

// The Fibonacci numbers, one a second:  dotnet run samples/fibonacci.cs,  then the page http://localhost:9000/ or
//   curl -N http://localhost:9000/fibonacci
using System.Numerics;
using Tornadose.SignalR;

const string Page = """
    <!DOCTYPE html>
    <meta charset="utf-8">
    <link rel="icon" href="data:,">
    <title>Fibonacci</title>
    <ol reversed id="numbers"></ol>
    <script>
      const source = new EventSource('/fibonacci');
      source.onmessage = message => {
        const number = document.createElement('li');
        number.textContent = message.data;
        document.getElementById('numbers').prepend(number);
      };
    </script>
    """;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration["urls"] ??= "http://localhost:9000";
builder.Services.AddTornadose().AddDataStore("fibonacci");
builder.Services.AddHostedService<Fibonacci>();

var app = builder.Build();
app.MapGet("/", () => Results.Text(Page, "text/html"));
app.MapStores("/");
app.Run();

internal sealed class Fibonacci([FromKeyedServices("fibonacci")] IStore store) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var (number, next) = (BigInteger.Zero, BigInteger.One); ; (number, next) = (next, number + next))
        {
            await store.PublishAsync($"{number}", cancellationToken: stop);
            await second.WaitForNextTickAsync(stop);
        }
    }
}
