using BlazorDashboard.Interactive;
using BlazorDashboard.Metrics;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR;

// The components are the server's. What differs is where stores come from: here over the wire that the page's switch has chosen.
var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var site = new Uri(builder.HostEnvironment.BaseAddress);
builder.Services.AddStoreViews();
builder.Services.AddOptions<TornadoseClientOptions>().Configure<NavigationManager>((options, navigation) =>
{
    options.Transport = RunChoice.TransportOf(navigation.Uri);
    if (options.Transport == StoreTransport.SignalR)
        options.HubConnection = new HubConnectionBuilder().WithUrl(new Uri(site, "hubs/stores")).Build();
});
builder.Services.AddTornadoseClient(options =>
{
    options.BaseAddress = new Uri(site, "stores");
    options.JsonSerializerOptions.TypeInfoResolverChain.Insert(0, MetricsJson.Default);
});
await builder.Build().RunAsync();
