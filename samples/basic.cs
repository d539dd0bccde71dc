#!/usr/bin/env dotnet
#:sdk Microsoft.NET.Sdk.Web
#:project ../Tornadose.SignalR/Tornadose.SignalR.csproj
#:property PublishAot=false
#:property EnableDefaultContentItems=false

// A random number a second, on one URL:  dotnet run samples/basic.cs,  then  curl -N http://localhost:9000/
using Tornadose.SignalR;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration["urls"] ??= "http://localhost:9000";
builder.Services.AddTornadose().AddDataStore<double>("numbers");
builder.Services.AddHostedService<Numbers>();

var app = builder.Build();
app.Use((context, next) =>
{
    if (context.Request.Path == "/")
        context.Request.Path = "/numbers"; // there is only this one
    return next(context);
});
app.UseRouting();
app.MapStores("/");
app.Run();

internal sealed class Numbers([FromKeyedServices("numbers")] IStore<double> numbers) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        do
            await numbers.PublishAsync(Random.Shared.NextDouble(), cancellationToken: stop);
        while (await second.WaitForNextTickAsync(stop));
    }
}
