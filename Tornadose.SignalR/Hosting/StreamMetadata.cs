using Microsoft.AspNetCore.Http.Metadata;

namespace Tornadose.SignalR.Hosting;

/// <summary>Keeps responses that last for hours out of the histogram of request durations.</summary>
internal sealed class StreamMetadata : IDisableHttpMetricsMetadata;
