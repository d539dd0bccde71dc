using BlazorDashboard.Connections;
using BlazorDashboard.Metrics;
using BlazorDashboard.Notes;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using Microsoft.JSInterop;
using Tornadose.SignalR;

// The components are the server's. Only the source of the stores differs: here, the wire that the page's switch has chosen.
var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddDashboardPage().AddSingleton<WireSwitch>().AddSingleton<INotePublisher, HttpNotePublisher>();
builder.Services.AddOptions<TornadoseClientOptions>().Configure<NavigationManager, IJSRuntime>((options, navigation, script) =>
{
    // An address that names this page: the server can then cut its connections, and no other's.
    options.BaseAddress = new Uri(((IJSInProcessRuntime)script).Invoke<string>("dashboard.url", "stores"));
    WireSwitch.Use(RunChoice.OfAddress(navigation.Uri), options);
});
builder.Services.AddTornadoseClient(options =>
{
    options.ShareConnection = true; // a view for each store: over HTTP/1.1 a browser does not open so many connections
    options.ReconnectDelay = TimeSpan.FromMilliseconds(500);
    options.MaxReconnectDelay = TimeSpan.FromSeconds(5);
    options.JsonSerializerOptions.TypeInfoResolverChain.Insert(0, MetricsJson.Default);
});
await builder.Build().RunAsync();
