using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Pharos.Exporters.Tests")]
