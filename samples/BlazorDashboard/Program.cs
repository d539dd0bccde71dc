using BlazorDashboard.Components;
using BlazorDashboard.Stores;

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
builder.Services.AddRazorComponents();
builder.Services.AddDashboardStores(DashboardNode.From(builder.Configuration)).AddMachineSamplers();

var app = builder.Build();
app.UseAntiforgery();
app.MapStaticAssets();
app.MapRazorComponents<App>();
app.MapStores("/stores");
app.MapStoreHub("/hubs/stores");
app.MapStorePublishing("/stores").AllowAnonymous().OnlyTo(StoreName.Notes);
app.Run();
