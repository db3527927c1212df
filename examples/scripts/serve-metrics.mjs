// Serves this process's own figures to Prometheus, with those of everything that it starts beside them.
//
//   node serve-metrics.mjs 9100
//
// `metrics` is a handler of node:http and of express alike: app.get('/metrics', metrics). Where there is prom-client, its
// `register` takes the place of the one here: both give text, and texts stand one after the other. They must not name the
// same figure, which procmon's own names never do.
import { createServer } from 'node:http';
import { createExporter } from 'procmon';

const exporter = createExporter({ pids: [process.pid], groupBy: 'role' });
let requests = 0;

const register = {
  async metrics() {
    return `# HELP http_requests_total Requests so far.\n# TYPE http_requests_total counter\nhttp_requests_total ${requests}\n`;
  },
};

async function metrics(_request, response) {
  requests += 1;
  try {
    const texts = await Promise.all([register.metrics(), exporter.collectOnce()]);
    response.setHeader('Content-Type', exporter.contentType);
    response.end(texts.join(''));
  } catch (error) {
    response.statusCode = 500;
    response.end(`${error.message}\n`);
  }
}

const server = createServer(metrics).listen(Number(process.argv[2] ?? 9100), '127.0.0.1');
server.on('listening', () => console.log(`http://127.0.0.1:${server.address().port}/metrics`));
process.once('SIGTERM', async () => {
  server.close();
  await exporter.close();
});
