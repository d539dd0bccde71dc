using BlazorDashboard.Components;
using BlazorDashboard.Connections;
using BlazorDashboard.Metrics;
using BlazorDashboard.Notes;
using BlazorDashboard.Stores;
using Microsoft.AspNetCore.Components.Server.Circuits;
using OpenTelemetry;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // The program may be started from any directory; its files lie beside it.
    ContentRootPath = AppContext.BaseDirectory,
});

// Not only in Development: a program that was built and not published finds its static files through this.
builder.WebHost.UseStaticWebAssets();
if (string.IsNullOrEmpty(builder.Configuration["urls"]) && string.IsNullOrEmpty(builder.Configuration["http_ports"]))
    builder.WebHost.UseUrls("http://localhost:5000");

builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
builder.Services.AddRazorComponents().AddInteractiveServerComponents().AddInteractiveWebAssemblyComponents();
builder.Services.AddDashboardPage().AddSingleton<INotePublisher, StoreNotePublisher>();
builder.Services.AddSingleton<Outages>().AddScoped<CircuitHandler, CircuitLoss>();
var node = DashboardNode.From(builder.Configuration);
builder.Services.AddDashboardStores(node);
builder.Services.AddHealthChecks();
var signalR = builder.Services.AddSignalR().AddMessagePackProtocol();
if (node.Redis is not null)
{
    builder.AddTornadose("redis", settings => settings.ConnectionString = node.Redis); // with health check, metrics and traces
    signalR.AddStackExchangeRedis(node.Redis); // for what the application itself sends to SignalR's clients: the stores do not need it
}

if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null) // set by an AppHost
    builder.Services.AddOpenTelemetry().UseOtlpExporter();

var app = builder.Build();
app.Services.StartCounting();
app.UseMiddleware<OutageMiddleware>();
app.UseRouting();
app.UseAntiforgery();
app.MapStaticAssets();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode().AddInteractiveWebAssemblyRenderMode()
    .AddAdditionalAssemblies(typeof(DashboardView).Assembly);
app.MapStores("/stores");
app.MapStoreHub("/hubs/stores");
app.MapStorePublishing("/stores").AllowAnonymous().OnlyTo(StoreName.Notes);
app.MapHealthChecks("/health/ready");
if (app.Environment.IsDevelopment())
    app.MapStoreInspector("/stores/_inspect").AllowAnonymous(); // whoever may use it can end other people's streams
// For "cut my connection", and for measuring latency although the page's clock is not the server's.
app.MapPost("/cut/{page}", (string page, Outages outages) => outages.Begin(page) ? Results.NoContent() : Results.NotFound());
app.MapGet("/clock", (TimeProvider clock) => clock.GetUtcNow().ToUnixTimeMilliseconds());
app.Run();
